// The page in Debian's Chromium, as a person uses it: the real program serves a made city.
import assert from 'node:assert/strict'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as chrome from './browser.mjs'
import { desktop, drawn, launch, phone, rendered, settle, shot, until } from './browser.mjs'
import { startServer } from './server.mjs'

let server
let browser
before(async () => {
  server = await startServer()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

const withPage = (options, address, work, from = server) => chrome.withPage(browser, from.url + address, options, work)
const plan = async () => (await fetch(`${server.url}/api/v1/plan`)).json()

test('the map shows streets, bins, routes and facilities from imported data alone', async () => {
  await withPage(desktop, '/', async (page) => {
    await drawn(page)
    await settle(page)
    assert.ok(await rendered(page, ['road-1', 'road-2', 'road-3']) > 20, 'streets')
    assert.ok(await rendered(page, ['water']) > 0, 'the river')
    for (const stream of ['R', 'H', 'F', 'O']) assert.ok(await rendered(page, [`bin-${stream}`]) > 20, `bins of ${stream}`)
    assert.ok(await rendered(page, ['path']) > 5, 'routes')
    assert.ok(await rendered(page, ['facility']) >= 5, 'facilities')
    assert.ok(await rendered(page, ['unserved', 'unserved-group']) >= 1, 'what is unserved')
    const colours = await page.evaluate(() => new Set(window.yanchengMap.queryRenderedFeatures(undefined, { layers: ['path'] }).map((f) => f.properties.by_vehicle)).size)
    const { routes } = await plan()
    assert.equal(colours, new Set(routes.map((r) => r.vehicle)).size, 'a colour for each vehicle')
    await shot(page, 'plan-zh')
  })
})

test('a route chosen in the list is shown everywhere, and its address opens it again', async () => {
  const { routes } = await plan()
  const route = routes.find((r) => r.kind === 'collect' && r.trips.length > 1)
  let address = ''
  await withPage(desktop, '/', async (page) => {
    await drawn(page)
    const zoom = await page.evaluate(() => window.yanchengMap.getZoom())
    await page.click(`[data-route="${route.id}"]`)
    await page.waitForSelector('.detail')
    const detail = await page.textContent('.detail')
    assert.ok(detail.includes(route.plate) && detail.includes('第 2 趟') && detail.includes('停靠点'), detail.slice(0, 200))
    assert.equal(await page.locator('.detail .stops li').count(), route.visits.length)
    await page.waitForTimeout(900)
    await settle(page)
    assert.ok(await rendered(page, ['sel-path']) > 0, 'its line')
    assert.ok(await rendered(page, ['sel-stop']) > 10, 'its stops')
    assert.notEqual(await page.evaluate(() => window.yanchengMap.getZoom()), zoom, 'the map goes there')
    assert.equal(await page.getAttribute(`[data-route="${route.id}"]`, 'aria-current'), 'true')
    await page.click('.detail .tabs button:nth-child(2)')
    assert.ok((await page.textContent('.detail .lines')).includes(route.lines[0].text.zh))
    await shot(page, 'route-zh')
    address = new URL(page.url()).pathname + new URL(page.url()).search
    assert.match(address, /route=/)
    await page.keyboard.press('Escape')
    await page.waitForSelector('.detail', { state: 'detached' })
    assert.equal(await rendered(page, ['sel-path']), 0)
  })
  await withPage(desktop, address, async (page) => {
    await drawn(page)
    assert.ok((await page.textContent('.detail h2')).includes(route.plate))
  })
})

test('a route chosen on the map and one chosen in the timeline are shown too', async () => {
  await withPage(desktop, '/', async (page) => {
    await drawn(page)
    await settle(page)
    const at = await page.evaluate(() => {
      const map = window.yanchengMap
      const box = map.getCanvas().getBoundingClientRect()
      for (const f of map.queryRenderedFeatures(undefined, { layers: ['path'] }))
        for (const part of f.geometry.type === 'LineString' ? [f.geometry.coordinates] : f.geometry.coordinates)
          for (const point of part) {
            const p = map.project(point)
            if (p.x > 100 && p.x < box.width - 260 && p.y > 60 && p.y < box.height - 60) return { x: p.x + box.x, y: p.y + box.y }
          }
      return null
    })
    await page.mouse.move(at.x, at.y)
    await page.waitForSelector('.map-tip')
    await page.mouse.click(at.x, at.y)
    const first = await page.textContent('.detail h2')
    await page.click('.detail header .icon-button')

    const { routes } = await plan()
    const rows = [...routes].sort((a, b) => a.start_s - b.start_s || (a.id < b.id ? -1 : 1))
    const box = await page.locator('.chart .timeline').boundingBox()
    // The second row: below the axis, near the middle of its first trip.
    const all = rows.flatMap((r) => [...r.trips, ...r.visits.filter((v) => ['unload', 'refill', 'break'].includes(v.kind))])
    const from = Math.floor(Math.min(...all.map((t) => t.start_s)) / 3600) * 3600
    const to = Math.ceil(Math.max(...all.map((t) => t.end_s)) / 3600) * 3600
    const fits = Math.max(1, Math.floor((box.height - 34) / 20))
    const trip = rows[1].trips[0]
    const row = (box.height - 32) / Math.min(rows.length, fits)
    const wide = box.width - 92 - (rows.length > fits ? 26 : 14)
    await page.mouse.click(box.x + 92 + wide * (((trip.start_s + trip.end_s) / 2 - from) / (to - from)) - 30, box.y + 24 + row * 1.5)
    await page.waitForSelector('.detail')
    assert.equal(await page.textContent('.detail h2'), rows[1].plate)
    assert.ok(first.length > 0)
  })
})

test('filters, layers and colours change what is drawn', async () => {
  const { routes } = await plan()
  await withPage(desktop, '/', async (page) => {
    await drawn(page)
    await page.click('.segments button:nth-child(3)')
    assert.equal(await page.locator('button.route').count(), routes.filter((r) => r.kind === 'sweep').length)
    await settle(page)
    const kinds = await page.evaluate(() => [...new Set(window.yanchengMap.queryRenderedFeatures(undefined, { layers: ['path'] }).map((f) => f.properties.route_kind))])
    assert.deepEqual(kinds, ['sweep'])
    await page.click('.count .link')
    await page.fill('.tools input[placeholder]', routes[0].plate)
    assert.ok(await page.locator('button.route').count() >= 1)
    await page.fill('.tools input[placeholder]', 'nothing like this')
    await page.waitForSelector('.none')
    await page.click('.none .link')
    await page.click('.legend .el-checkbox:has-text("可回收物")')
    await settle(page)
    assert.equal(await rendered(page, ['bin-R']), 0)
    assert.ok(await rendered(page, ['bin-F']) > 0)
    await page.click('.legend .by button:nth-child(2)')
    const paint = await page.evaluate(() => JSON.stringify(window.yanchengMap.getPaintProperty('path', 'line-color')))
    assert.match(paint, /by_stream/)
  })
})

test('the language changes at once, everywhere, and is remembered', async () => {
  await withPage(desktop, '/', async (page) => {
    await drawn(page)
    assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN')
    await page.click('.language')
    assert.equal(await page.getAttribute('html', 'lang'), 'en')
    const text = await page.textContent('#app')
    for (const word of ['Routes', 'Driven', 'Timeline of trips', 'Residual Waste', 'Legend', 'Test city']) assert.ok(text.includes(word), word)
    const left = (await page.evaluate(() => document.querySelector('#app').innerText)).split('\n').filter((line) => /[\u4e00-\u9fff]/.test(line) && !/^(湘D|中文)/.test(line))
    assert.deepEqual(left, [], 'no Chinese but plates and the switch')
    await shot(page, 'plan-en')
    await page.reload()
    await drawn(page)
    assert.equal(await page.getAttribute('html', 'lang'), 'en')
  })
})

test('what is unserved is listed with its reason and found on the map', async () => {
  const { unserved } = await plan()
  await withPage(desktop, '/', async (page) => {
    await drawn(page)
    await page.click('.totals .lost')
    const text = await page.textContent('.unserved')
    for (const item of unserved) assert.ok(text.includes(item.text.zh), item.text.zh)
    await page.click('.unserved h3 button')
    await page.click('.unserved .item')
    await until(page, () => window.yanchengMap.getZoom() >= 15)
  })
})

test('the keyboard reaches the routes', async () => {
  await withPage(desktop, '/', async (page) => {
    await drawn(page)
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(() => document.activeElement.className), 'skip')
    await page.locator('button.route').first().focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.detail')
    assert.equal(await page.locator('button.route').nth(1).getAttribute('aria-current'), 'true')
  })
})

test('on a phone the list is a sheet under the map', async () => {
  const { routes } = await plan()
  await withPage(phone, '/', async (page) => {
    await drawn(page)
    await settle(page)
    assert.ok(await rendered(page, ['path']) > 0)
    const wide = await page.evaluate(() => document.documentElement.scrollWidth)
    assert.ok(wide <= 390, `nothing is wider than the screen: ${wide}`)
    await shot(page, 'phone-zh')
    await page.tap(`[data-route="${routes[1].id}"]`)
    await page.waitForSelector('.side .detail')
    const sheet = await page.locator('.side').boundingBox()
    assert.ok(sheet.y > 300 && sheet.y + sheet.height <= 845, JSON.stringify(sheet))
    await page.waitForTimeout(900)
    await shot(page, 'phone-route-zh')
    await page.tap('.detail header .icon-button')
    await page.tap('.side .tabs button:nth-child(2)')
    await page.waitForSelector('.side-timeline canvas')
    await shot(page, 'phone-timeline-zh')
  })
})

test('without a plan the page says how to make one, and shows it when it comes', async () => {
  const names = ['plan.json', 'plan.geojson'].map((name) => join(server.dir, name))
  for (const name of names) renameSync(name, `${name}.away`)
  try {
    await withPage(desktop, '/', async (page) => {
      await drawn(page)
      assert.ok((await page.textContent('.empty')).includes('还没有作业计划'))
      assert.ok(await rendered(page, ['bin-R']) > 20)
      await shot(page, 'empty-zh')
      for (const name of names) renameSync(`${name}.away`, name)
      await page.waitForSelector('button.route', { timeout: 30000 })
      await settle(page)
      assert.ok(await rendered(page, ['path']) > 0)
    })
  } finally {
    for (const name of names) try { renameSync(`${name}.away`, name) } catch { /* it is back already */ }
  }
})

test('a server that fails or goes away is told, and the page recovers', async () => {
  await withPage(desktop, '/', async (page, wrong) => {
    await drawn(page)
    await page.route('**/api/v1/health', (route) => route.abort())
    await page.waitForSelector('.notice[role=alert]', { timeout: 60000 })
    assert.ok(await page.locator('button.route').count() > 0, 'what was loaded stays')
    await page.unroute('**/api/v1/health')
    await page.waitForSelector('.notice[role=alert]', { state: 'detached', timeout: 60000 })
    await page.route('**/api/v1/city', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"too busy","code":"busy"}' }))
    await page.reload()
    await page.waitForSelector('.whole[role=alert]', { timeout: 60000 })
    assert.ok((await page.textContent('.whole')).includes('服务器正忙'))
    await page.unroute('**/api/v1/city')
    await page.click('.whole .primary')
    await drawn(page)
    wrong.splice(0) // the refusals above are reported by the browser
  })
})

test('a city that the program made and planned is shown whole', async () => {
  const real = await startServer({ real: true })
  try {
    const plan = await (await fetch(`${real.url}/api/v1/plan`)).json()
    assert.ok(plan.routes.length > 1 && plan.checked)
    const route = plan.routes.find((r) => r.kind === 'collect')
    const sweep = plan.routes.find((r) => r.kind === 'sweep')
    await withPage(desktop, '/', async (page) => {
      await drawn(page)
      await settle(page)
      assert.equal(await page.locator('button.route').count(), plan.routes.length)
      for (const layers of [['path'], ['swept'], ['road-1'], ['water'], ['building'], ['facility']]) assert.ok(await rendered(page, layers) > 0, layers[0])
      await shot(page, 'real-zh')
      for (const one of [route, sweep]) {
        await page.click(`[data-route="${one.id}"]`)
        await until(page, (plate) => document.querySelector('.detail h2')?.textContent === plate, one.plate)
        await page.click('.detail .tabs button:nth-child(2)')
        assert.ok((await page.textContent('.detail .lines')).includes(one.lines[0].text.zh))
        await page.click('.detail .tabs button:nth-child(1)')
        await page.waitForTimeout(900)
        await settle(page)
        assert.ok(await rendered(page, ['sel-path']) > 0)
      }
      assert.ok(await rendered(page, ['sel-swept']) > 0, 'swept streets')
      await shot(page, 'real-sweep-zh')
    }, real)
  } finally {
    await real.stop()
  }
})
