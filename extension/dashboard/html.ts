import { randomBytes } from 'node:crypto';
import { env, Uri, type Webview } from 'vscode';

/** The page's document: a strict policy, one script, one style sheet, the editor's language. Nothing else can be loaded. */
export function pageHtml(webview: Webview, folder: Uri): string {
  const nonce = randomBytes(18).toString('base64');
  const file = (name: string): string => webview.asWebviewUri(Uri.joinPath(folder, name)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
  ].join('; ');
  return `<!doctype html>
<html lang="${languageTag(env.language)}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Distillery</title>
    <link rel="stylesheet" href="${file('page.css')}" />
  </head>
  <body>
    <div id="page"></div>
    <script type="module" nonce="${nonce}" src="${file('page.js')}"></script>
  </body>
</html>`;
}

const languageTag = (text: string): string => text.replace(/[^A-Za-z0-9-]/gu, '');
