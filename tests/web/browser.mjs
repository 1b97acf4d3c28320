// Debian's Chromium and what tests of the page have in common.
// YANCHENG_SHOTS=FOLDER keeps the pictures.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { need, root } from './server.mjs'

const browserPath = process.env.CHROMIUM ?? '/usr/bin/chromium'
need(browserPath, 'Chromium is not installed')
need(join(root, 'web/node_modules/playwright-core/package.json'), 'npm packages are not installed')
const { chromium } = createRequire(join(root, 'web/'))('playwright-core')
const shots = process.env.YANCHENG_SHOTS
if (shots) mkdirSync(shots, { recursive: true })

export const desktop = { viewport: { width: 1440, height: 900 }, locale: 'zh-CN' }
export const phone = { viewport: { width: 390, height: 844 }, locale: 'zh-CN', hasTouch: true, isMobile: true, deviceScaleFactor: 2 }

export const launch = () => chromium.launch({
  executablePath: browserPath,
  args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist',
    '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
})

// A page that fails the test for any error, and for any request that leaves this machine.
export async function withPage(browser, url, options, work) {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const wrong = []
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`))
  page.on('console', (message) => { if (message.type() === 'error') wrong.push(`console: ${message.text()} ${message.location().url}`) })
  page.on('request', (request) => { if (!/^(http:\/\/127\.0\.0\.1:|data:|blob:)/.test(request.url())) wrong.push(`left: ${request.url()}`) })
  try {
    await page.goto(url)
    await work(page, wrong)
    assert.deepEqual(wrong, [])
  } catch (error) {
    if (shots) await page.screenshot({ path: join(shots, 'failed.png') })
    throw error
  } finally {
    await context.close()
  }
}

export const drawn = (page) => page.waitForSelector('[data-drawn=true]', { timeout: 120000 })
export const settle = (page) => page.evaluate(() => new Promise((resolve) => {
  const map = window.yanchengMap
  map.once('idle', resolve)
  map.triggerRepaint()
}))
export const rendered = (page, layers) => page.evaluate((ids) => window.yanchengMap.queryRenderedFeatures(undefined, { layers: ids }).length, layers)
export const shot = async (page, name) => { if (shots) await page.screenshot({ path: join(shots, `${name}.png`) }) }
export const live = (page) => page.waitForSelector('[data-live=live]', { timeout: 30000 })

// Like waitForFunction, which the page's own content security policy forbids.
export async function until(page, test, arg = null, timeout = 30000) {
  const end = performance.now() + timeout
  while (!await page.evaluate(test, arg).catch(() => false)) { // a page that is being reloaded cannot tell
    if (performance.now() > end) throw new Error(`never came true: ${test} ${JSON.stringify(arg)}`)
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
}

// Waits until the map draws a vehicle's mark at a place and says how many milliseconds that took, as
// seen from inside the page. `match` names the device by its number, or by the name beside its mark.
export const markAt = (page, match, { lat, lng }, timeout = 30000) => page.evaluate(async ({ match, lat, lng, timeout }) => {
  const begun = performance.now()
  const map = window.yanchengMap
  while (performance.now() - begun < timeout) {
    // 1e-5 degree is a metre; tiles round coordinates to less than that from zoom 12 on.
    const near = 3 * 360 / (512 * 2 ** map.getZoom())
    const here = map.queryRenderedFeatures(undefined, { layers: ['vehicle-live-spot'] }).find((f) => f.properties.device === match || f.properties.name === match)
    if (here) {
      const [x, y] = here.geometry.coordinates
      if (Math.abs(x - lng) < near && Math.abs(y - lat) < near) return performance.now() - begun
    }
    await new Promise((resolve) => requestAnimationFrame(resolve))
  }
  throw new Error(`no mark of ${match} at ${lat}, ${lng}`)
}, { match, lat, lng, timeout })
