import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkout } from '../start/started-product.ts'
import { mapReady, noBrowser, openBrowser, violations, visit } from './browser.ts'
import { openProduct } from './product.ts'

const overviewOf = async (address: string) =>
  (await (await fetch(`${address}/api/v1/live`)).json()) as { firstAt: string | null }

describe.skipIf(noBrowser)('the first visit', () => {
  test('finds the demo port alive, and told to be simulated', async () => {
    const browser = await openBrowser()
    const product = await openProduct(['--demo-hours', '3'])
    try {
      const { page, complaints } = await visit(browser, product.address)
      await mapReady(page)
      await expect
        .poll(() =>
          page.getByRole('listbox', { name: 'Navires montrés sur la carte' }).getByRole('option').count(),
        )
        .toBeGreaterThan(10)
      await page.getByText('simulé').first().waitFor()
      expect(await violations(page)).toEqual([])
      expect(complaints).toEqual([])
      if (process.env.UPDATE_SCREENSHOTS) {
        mkdirSync(join(checkout, 'docs'), { recursive: true })
        // The simulated past comes in while the page is open: the picture shows it whole.
        await expect
          .poll(async () => Date.parse((await overviewOf(product.address)).firstAt ?? ''), {
            timeout: 60_000,
          })
          .toBeLessThan(Date.now() - 2.9 * 3_600_000)
        const activity = page.waitForResponse(/activity/)
        await page.reload()
        await mapReady(page)
        await activity
        await page.getByRole('option').nth(10).waitFor()
        await page.screenshot({ path: join(checkout, 'docs/live.png') })
      }
      await page
        .getByRole('listbox', { name: 'Navires montrés sur la carte' })
        .getByRole('option')
        .first()
        .click()
      await page.getByRole('article').getByText('simulé').waitFor()
    } finally {
      await browser.close()
      await product.close()
    }
  })
})
