// Clew may live below a path of its host (`https://tools.example.com/clew`): the server says so in the page. Paths inside
// the app, as the router and the requests know them, are without it; what the browser sees is with it.

/** "" at the root of the host, otherwise "/clew". */
export const basePath = document.querySelector<HTMLMetaElement>('meta[name="clew-base-path"]')?.content ?? "";

/** The address of a path of the app: for `href`, requests and what is shown to be copied. */
export function withBase(path: string): string {
  return basePath + path;
}

/** The path of the app that the browser shows. */
export function currentPath(): string {
  const path = window.location.pathname;
  return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
}

/** Where clients reach this Clew, as far as the browser knows. */
export const appUrl = window.location.origin + basePath;
