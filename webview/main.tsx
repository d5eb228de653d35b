import 'vscode-jsonrpc/browser';
import { render } from 'preact';
import { compareThese } from './checkpoints/choice.ts';
import { host } from './host.ts';
import { connectInBrowser } from './link/browser.ts';
import { linkThroughHost } from './link/hosted.ts';
import { complain, keepConnected, type Connect } from './link/link.ts';
import { isTrusted } from './link/steering.ts';
import { Page } from './page.tsx';
import { followShown } from './series/followed.ts';
import { watchTheme } from './theme/theme.ts';
import { listenToKeys } from './view/keyboard.ts';
import { keepTime } from './view/now.ts';
import { follow, tellSelection } from './view/selection.ts';
import { keepView } from './view/viewState.ts';
import { speak } from './words/words.ts';

performance.mark('distillery:start');
// The editor says its language; a browser has one of its own.
speak(
  document.documentElement.dataset['language'] ?? (host ? document.documentElement.lang : navigator.language),
);
watchTheme();
keepView();
followShown();
keepTime();
listenToKeys();
const root = document.getElementById('page');
if (!root) throw new Error('The page has no root element.');
render(<Page />, root);
await keepConnected(linked());

function linked(): Connect {
  if (host === null) return connectInBrowser;
  const { connect, take } = linkThroughHost(host);
  host.listen((message) => {
    switch (message.kind) {
      case 'opened':
      case 'closed':
      case 'frame':
        take(message);
        return;
      case 'show':
        follow(message);
        if (message.subjects) compareThese(message.subjects);
        return;
      case 'trust':
        isTrusted.value = message.trusted;
    }
  }, complain);
  host.send({ kind: 'ready' });
  tellSelection();
  return connect;
}
