/** What is used of pdfmake 0.3. Its published types bring a browser's globals with them, which Node has not. */
declare module 'pdfmake' {
  /** A node of a document: text, stack, columns, table, svg, image, with their style (pdfmake's documentation lists the fields). */
  export type Content = Readonly<Record<string, unknown>>;

  export interface PageNodes {
    getFollowingNodesOnPage(): readonly unknown[];
  }

  export interface DocumentDefinition extends Content {
    readonly content: readonly Content[];
    readonly footer: (page: number, pages: number) => Content;
    readonly pageBreakBefore: (node: { readonly headlineLevel?: number }, nodes: PageNodes) => boolean;
  }

  const pdfmake: {
    setFonts(fonts: Readonly<Record<string, Readonly<Record<'normal' | 'bold' | 'italics' | 'bolditalics', string>>>>): void;
    setUrlAccessPolicy(allows: (url: string) => boolean): void;
    setLocalAccessPolicy(allows: (path: string) => boolean): void;
    createPdf(document: DocumentDefinition): { getBuffer(): Promise<Uint8Array> };
  };
  export default pdfmake;
}
