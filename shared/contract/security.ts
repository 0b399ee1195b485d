/**
 * The content security policy of the page, at every door: scripts from the app alone, no frames from elsewhere, nothing from
 * the network. Styles may be inline because the component library writes them so.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:", // a report's pictures stand in its page
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
