/**
 * The content security policy of the page, at every door: scripts from the app alone, no frames from elsewhere, nothing from
 * the network. Styles may be inline because the component library writes them so.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Of a report that is shown in a frame: its pictures, style and script stand in it, nothing is loaded, and in a sandbox without an
 * origin it can touch nothing of the page around it.
 */
export const reportSecurityPolicy = [
  "default-src 'none'",
  'img-src data:',
  "style-src 'unsafe-inline'",
  "script-src 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  'sandbox allow-scripts',
].join('; ');
