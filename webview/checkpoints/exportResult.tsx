import { z } from 'zod';
import { comparisonSchema, type Comparison } from '../../sidecar/protocol/comparison.ts';
import { markdownOf } from '../../sidecar/protocol/comparisonReport.ts';
import { saveFile } from '../charts/saveFile.ts';
import { failure } from '../link/steering.ts';
import { Menu, MenuItem } from '../theme/menu.tsx';
import { t } from '../words/words.ts';

/** Takes the comparison out of the page: all of it, or tables for a paper. */
export function ExportResult({ comparison }: { readonly comparison: Comparison }) {
  const name = `comparison-${comparison.digest.slice(0, 8)}`;
  const save = (file: string, content: string, type: string) => {
    saveFile(file, new Blob([content], { type })).catch((error: unknown) => {
      failure.value = error instanceof Error ? error.message : String(error);
    });
  };
  return (
    <Menu icon="desktop-download" label={t('export.result')}>
      {(close) => (
        <>
          <MenuItem
            text={t('export.resultMarkdown')}
            on={() => {
              close();
              save(`${name}.md`, markdownOf(comparison), 'text/markdown');
            }}
          />
          <MenuItem
            text={t('export.resultJson')}
            on={() => {
              close();
              const json = JSON.stringify(z.encode(comparisonSchema, comparison), null, 2);
              save(`${name}.json`, `${json}\n`, 'application/json');
            }}
          />
        </>
      )}
    </Menu>
  );
}
