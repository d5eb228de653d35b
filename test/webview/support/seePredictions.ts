import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Scrolls to the predictions until they are there: charts still being laid out push them away, and unseen they are not asked for. */
export async function seePredictions(page: Page): Promise<void> {
  await expect
    .poll(
      async () => {
        await page.locator('.predictions').scrollIntoViewIfNeeded();
        return page.getByRole('grid').isVisible();
      },
      { timeout: 30_000 },
    )
    .toBe(true);
}
