import 'vscode-jsonrpc/browser';
import { render } from 'preact';
import { connectInBrowser } from './browser.ts';
import { now } from './header.tsx';
import { keepConnected } from './link.ts';
import { Page } from './page.tsx';
import { followSelection } from './selection.ts';
import { watchTheme } from './theme.ts';

watchTheme();
followSelection();
setInterval(() => (now.value = Date.now()), 1000);
const root = document.getElementById('page');
if (!root) throw new Error('The page has no root element.');
render(<Page />, root);
await keepConnected(connectInBrowser);
