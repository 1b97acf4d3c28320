// The devices, the live map and the login, as a person uses them. A small server before the real
// program speaks for the devices, so that lines break and answers come when the test wants.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as chrome from './browser.mjs'
import { desktop, drawn, launch, live, markAt, phone, rendered, settle, shot, until } from './browser.mjs'
import { sensor, startFake, terminal } from './fake.mjs'
import { startServer } from './server.mjs'

let behind
let browser
let vehicles
let bins
before(async () => {
  behind = await startServer()
  browser = await launch()
  vehicles = (await (await fetch(`${behind.url}/api/v1/vehicles`)).json()).vehicles
  bins = (await (await fetch(`${behind.url}/api/v1/bins`)).json()).features
})
after(async () => {
  await browser?.close()
  await behind?.stop()
})

const past = (ms) => new Date(Date.now() - ms).toISOString()
const LOCATION = { at: past(2000), direction: 'in', hex: '7e0200001c0138000000010007000000010000000301a0b1c206b3d4e500470017002d261124114205a57e', error: null,
  decoded: { header: { msg_id: '0x0200', phone: '13800000001', serial: 7 }, body: { alarm: 1, status: 3, lat_e6: 27308482, items: [{ id: '0x01', len: 4, mileage_0_1km: 14025 }] } } }
const BROKEN = { at: past(9000), direction: 'in', hex: '7e02001f', decoded: null, error: 'checksum does not match' }

async function withDevices(devices, options, address, work, more = {}) {
  const fake = await startFake({ behind, devices, frames: [LOCATION, BROKEN], ...more })
  try {
    await chrome.withPage(browser, fake.url + address, options, (page, wrong) => work(page, fake, wrong))
  } finally {
    await fake.stop()
  }
}
const few = () => [
  terminal(1, { unit: { kind: 'vehicle', id: vehicles[0].id }, position: { alarm: 0x102, status: 0x4c1003 } }),
  terminal(2, { unit: { kind: 'vehicle', id: vehicles[1].id }, edition: 2013, last_heard: past(3 * 3600e3), online: false, position: { lat: 26.9, lng: 112.585 }, errors: { checksum: 4, syntax: 1, truncated: 0, limit: 0, unauthorised: 0, flood: 0 } }),
  terminal(3, { state: 'unassigned', position: null }),
  terminal(4, { online: false, last_heard: null, position: null }),
  sensor(5, { unit: { kind: 'bin', id: bins[0].properties.id }, reading: { fill_pct: 62, distance_mm: 504 } }),
  sensor(6, { state: 'unassigned', reading: { fill_pct: null, distance_mm: 700, level_valid: false }, empty_mm: 0, full_mm: 0 }),
]
const rows = (page) => page.locator('tr.row').count()

test('the list tells who is connected, and its tiles and filters agree', async () => {
  await withDevices(few(), desktop, '/devices', async (page) => {
    await page.waitForSelector('tr.row')
    await live(page)
    assert.equal(await rows(page), 6)
    const tile = (name) => page.textContent(`.t-${name} b`)
    assert.deepEqual([await tile('connected'), await tile('silent'), await tile('unassigned'), await tile('rejected'), await tile('store')], ['4', '1', '2', '23', '2'])
    const first = await page.textContent('[data-device="1"]')
    for (const word of ['13800000001', vehicles[0].plate, '在线', '超速报警', '主电源掉电', '2019']) assert.ok(first.includes(word), `${word} in ${first}`)
    assert.match(await page.textContent('[data-device="2"]'), /失联.*3 小时前.*校验 4/s)
    assert.match(await page.textContent('[data-device="4"]'), /从未上报/)
    assert.match(await page.textContent('[data-device="5"]'), new RegExp(`${bins[0].properties.id}.*62%`, 's'))
    await page.click('.t-unassigned')
    assert.equal(await rows(page), 2)
    assert.match(page.url(), /state=unassigned/)
    await page.click('.t-unassigned')
    await page.click('.segments button:nth-child(3)')
    assert.equal(await rows(page), 2)
    await page.click('.count .link')
    await page.fill('.search', vehicles[1].plate)
    assert.equal(await rows(page), 1)
    await page.fill('.search', 'nothing like this')
    await page.waitForSelector('.empty')
    await page.click('.empty .link')
    await page.click('th.frames button')
    assert.equal(await page.getAttribute('th.frames', 'aria-sort'), 'descending')
    await shot(page, 'devices-zh')
  })
})

test('ten thousand devices are listed with few elements, and the last one is reached', async () => {
  const many = Array.from({ length: 10000 }, (_, i) => terminal(i + 1, { last_heard: past(i * 300), position: null }))
  await withDevices(many, desktop, '/devices', async (page, fake) => {
    await until(page, () => document.querySelector('.count')?.textContent.includes('10,000 / 10,000'), null, 60000)
    assert.ok(await rows(page) < 60, 'only what is in sight exists')
    assert.equal(fake.state.asked.filter((a) => a.path === '/api/v1/devices').length, 10, 'ten pages, once')
    await page.locator('tr.row button').first().focus()
    await page.keyboard.press('End')
    await until(page, () => document.activeElement.closest('tr')?.dataset.device === '10000')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.detail h2:has-text("13800010000")')
    await page.keyboard.press('Escape')
    await until(page, () => document.activeElement.closest('tr')?.dataset.device === '10000', null, 5000)
    // Five hundred events at once are shown without the page standing still.
    for (let i = 0; i < 500; i++) fake.say('device', { ...many[9999], frames: 1000 + i, last_heard: past(0) })
    await until(page, () => document.querySelector('[data-device="10000"] .frames')?.textContent === '1,499', null, 5000)
  })
})

test('one device is told in words: position, alarms, status, reading', async () => {
  await withDevices(few(), desktop, '/devices?device=1', async (page, fake) => {
    await page.waitForSelector('.detail .mini-map canvas')
    const text = await page.textContent('.detail')
    for (const word of ['超速报警', '主电源掉电', 'ACC 开', '已定位', '车门加锁', '北斗', '车辆行驶', '东北 45°', '26.896800, 112.578500', 'JT/T 808-2019']) assert.ok(text.includes(word), word)
    fake.move(1, { speed_kmh: 31, alarm: 0 })
    await until(page, () => document.querySelector('.detail')?.textContent.includes('31 km/h') && document.querySelector('.detail .alarms')?.textContent.includes('无报警'))
    await page.click('tr[data-device="5"]')
    await page.waitForSelector('.detail .big')
    assert.equal(await page.textContent('.detail .big'), '62%')
    fake.read(5, { fill_pct: 88, distance_mm: 296 })
    await until(page, () => document.querySelector('.detail .big')?.textContent === '88%')
    await page.click('.language')
    await page.click('tr[data-device="1"]')
    await until(page, () => document.querySelector('.detail')?.textContent.includes('Ignition on'))
    const left = (await page.evaluate(() => document.querySelector('#app').innerText)).split('\n').filter((line) => /[\u4e00-\u9fff]/.test(line) && !/湘D|^中文$|^测试市/.test(line))
    assert.deepEqual(left, [], 'no Chinese but plates and the switch')
    await shot(page, 'device-en')
  })
})

test('raw frames are shown, decoded on demand, and copied', async () => {
  await withDevices(few(), { ...desktop, permissions: ['clipboard-read', 'clipboard-write'] }, '/devices?device=1&tab=frames', async (page) => {
    await page.waitForSelector('.frames li')
    assert.match(await page.textContent('.frames li:nth-child(1)'), /位置汇报.*0x0200/s)
    assert.match(await page.textContent('.frames > li.bad'), /checksum does not match/)
    await page.click('.frames li:nth-child(1) .fold')
    const tree = await page.textContent('.decoded')
    for (const word of ['lat_e6', '27308482', '紧急报警', 'mileage_0_1km', '14025']) assert.ok(tree.includes(word), word)
    await page.click('.frames li:nth-child(1) .icon-button')
    await page.waitForSelector('.frames .done')
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), LOCATION.hex)
  })
})

test('a command is sent, waits, and its answer comes by itself', async () => {
  await withDevices(few(), desktop, '/devices?device=1&tab=commands', async (page, fake) => {
    await page.click('.send .primary')
    assert.match(await page.textContent('#command-problem'), /请填写/)
    await page.fill('textarea.text', '请到东门投放点')
    await page.click('.send .primary')
    await page.waitForSelector('.sent [data-state=waiting]')
    const asked = fake.state.asked.find((a) => a.method === 'POST' && a.path.endsWith('/commands'))
    assert.equal(asked.headers['x-requested-with'], 'yancheng')
    fake.answer(1, { state: 'answered', result: 0 })
    await page.waitForSelector('.sent [data-state=answered]')
    assert.match(await page.textContent('.sent li'), /已应答 · 成功/)
    await page.selectOption('select.kind', '0x8106')
    await page.click('.send .primary')
    await page.waitForSelector('.sent [data-command="2"]')
    fake.answer(1, { state: 'answered', answer: { params: [{ id: '0x0001', value: 60 }] } })
    await until(page, () => document.querySelector('.sent [data-command="2"] details')?.textContent.includes('60'))
    await page.selectOption('select.kind', 'free')
    await page.fill('textarea.free', '{oops')
    await page.click('.send .primary')
    assert.match(await page.textContent('#command-problem'), /JSON 不正确/)
  })
})

test('an unassigned terminal is paired with a vehicle, a sensor with a bin and its depth', async () => {
  await withDevices(few(), desktop, '/devices?device=3&tab=pairing', async (page, fake) => {
    await page.fill('.picker .find', vehicles[2].plate)
    await page.click(`.choices label:has-text("${vehicles[2].id}")`)
    await page.click('.save .primary')
    await page.waitForSelector('.current')
    assert.deepEqual(fake.byId.get(3).unit, { kind: 'vehicle', id: vehicles[2].id })
    assert.match(await page.textContent('[data-device="3"]'), new RegExp(vehicles[2].plate))
    await page.fill('.search', '')
    await page.click('tr[data-device="6"] .name')
    const free = bins[3].properties.id
    await page.fill('.picker .find', free)
    await page.click(`.choices label:has-text("${free}")`)
    await page.fill('.empty-mm', '200')
    await page.fill('.full-mm', '400')
    await until(page, () => document.querySelector('#depth-problem')?.textContent !== '')
    assert.ok(await page.isDisabled('.save .primary'))
    await page.fill('.empty-mm', '1200')
    await page.fill('.full-mm', '200')
    assert.match(await page.textContent('.preview'), /50%/)
    await page.click('.save .primary')
    await page.waitForSelector('.current')
    assert.deepEqual([fake.byId.get(6).unit.id, fake.byId.get(6).empty_mm, fake.byId.get(6).full_mm], [free, 1200, 200])
    page.once('dialog', (dialog) => dialog.accept())
    await page.click('.block .plain')
    await until(page, () => document.querySelector('[data-device="6"]')?.textContent.includes('已停用'))
    assert.equal(fake.byId.get(6).state, 'blocked')
  })
})

test('a real position shows on the map within a second, and a fresh level on its bin', async () => {
  const at = bins[0].geometry.coordinates
  await withDevices(few(), { ...desktop, viewport: { width: 1000, height: 640 } }, '/plan', async (page, fake) => {
    await drawn(page)
    await live(page)
    await page.evaluate(([lng, lat]) => window.yanchengMap.jumpTo({ center: [lng, lat], zoom: 15 }), at)
    fake.move(1, { lat: at[1], lng: at[0], heading_deg: 90 })
    await markAt(page, 1, { lat: at[1], lng: at[0] })
    const took = []
    for (const step of [1, 2, 3, 4, 5]) {
      const to = { lat: at[1] + step * 0.0004, lng: at[0] }
      const sent = performance.now()
      fake.move(1, { ...to, heading_deg: step * 90 })
      await markAt(page, 1, to)
      took.push(Math.round(performance.now() - sent))
    }
    // A machine that does other things holds some up.
    assert.ok(took.sort((a, b) => a - b)[1] < 1000, `${took} ms`)
    console.log(`# a position is drawn after ${took} ms, its glide included`)
    const state = () => page.evaluate((id) => window.yanchengMap.getFeatureState({ source: 'bins', id }).fill_pct, bins[0].properties.id)
    assert.equal(await state(), 62)
    fake.read(5, { fill_pct: 97 })
    await until(page, (id) => window.yanchengMap.getFeatureState({ source: 'bins', id }).fill_pct === 97, bins[0].properties.id, 5000)
    await settle(page)
    await shot(page, 'live-zh')
    // A click on the mark opens its card, and the card leads to the device.
    const p = await page.evaluate(([lng, lat]) => { const q = window.yanchengMap.project([lng, lat]); const b = window.yanchengMap.getCanvas().getBoundingClientRect(); return { x: q.x + b.x, y: q.y + b.y } }, [at[0], at[1] + 0.002])
    await page.mouse.click(p.x, p.y)
    await page.waitForSelector('.map-card')
    assert.ok((await page.textContent('.map-card')).includes(vehicles[0].plate))
    await page.click('.map-card a')
    await page.waitForSelector('.detail h2:has-text("13800000001")')
    await page.click('.under a')
    await page.waitForSelector('.map-card')
    await markAt(page, 1, { lat: at[1] + 0.002, lng: at[0] })
    assert.ok(await rendered(page, ['vehicle-live']) >= 1)
  })
})

test('a route knows where its vehicle is now', async () => {
  const { routes } = await (await fetch(`${behind.url}/api/v1/plan`)).json()
  await withDevices([terminal(1, { unit: { kind: 'vehicle', id: routes[0].vehicle } })], desktop, `/plan?route=${routes[0].id}`, async (page) => {
    await drawn(page)
    await page.click('.detail .where')
    await page.waitForSelector('.map-card')
    await until(page, () => window.yanchengMap.getZoom() >= 15 && window.yanchengMap.queryRenderedFeatures(undefined, { layers: ['vehicle-live-ring'] }).length === 1)
  })
})

test('a broken line is taken up where it broke, and reset loads all anew', async () => {
  await withDevices(few(), desktop, '/devices', async (page, fake, wrong) => {
    await live(page)
    await page.waitForSelector('[data-device="1"]')
    fake.move(1, { speed_kmh: 5 })
    await until(page, () => document.querySelector('[data-device="1"]').textContent.includes('5 km/h'))
    fake.state.down = true
    fake.cutLines()
    await page.waitForSelector('[data-live=waiting]')
    fake.move(1, { speed_kmh: 44 })
    await page.waitForTimeout(1500)
    const tries = fake.state.asked.length
    fake.state.down = false
    await live(page)
    await until(page, () => document.querySelector('[data-device="1"]').textContent.includes('44 km/h'))
    const again = fake.state.asked.filter((a) => a.path === '/api/v1/events').at(-1)
    assert.ok(Number(again.headers['last-event-id']) > 100, 'it says where it was')
    assert.ok(tries < 40, 'it waits between its tries')
    const lists = () => fake.state.asked.filter((a) => a.path === '/api/v1/devices').length
    const before = lists()
    assert.equal(before, 1, 'a line taken up again loads nothing')
    fake.state.resetNext = true
    fake.byId.get(2).frames = 777
    fake.cutLines()
    await until(page, () => document.querySelector('[data-device="2"] .frames').textContent === '777', null, 15000)
    assert.equal(lists(), before + 1)
    wrong.splice(0) // the browser reports each refused try
  })
})

test('a login is asked for, refused in words, locked, and ends', async () => {
  const users = { li: { password: 'right', roles: ['viewer'] }, wang: { password: 'right', roles: ['dispatcher'] } }
  await withDevices(few(), desktop, '/devices?device=1&tab=commands', async (page, fake, wrong) => {
    await page.waitForSelector('#login-name')
    assert.equal(fake.state.asked.filter((a) => a.path !== '/api/v1/session').length, 0, 'nothing is asked before the login')
    const enter = async (name, password) => {
      await page.fill('#login-name', name)
      await page.fill('#login-password', password)
      await page.keyboard.press('Enter')
    }
    await page.click('form .primary')
    await until(page, () => document.querySelector('#login-problem').textContent.includes('请填写'))
    await enter('li', 'wrong')
    await until(page, () => document.querySelector('#login-problem').textContent.includes('不对'))
    await enter('li', 'wrong')
    await until(page, () => document.querySelector('#login-password').value === '')
    await enter('li', 'wrong')
    await page.waitForTimeout(300)
    await enter('li', 'wrong')
    await until(page, () => /1:0\d/.test(document.querySelector('#login-problem').textContent))
    assert.ok(await page.isDisabled('form .primary'))
    fake.state.lockedUntil = 0
    await page.reload()
    await enter('li', 'right')
    await page.waitForSelector('.detail')
    assert.ok((await page.textContent('.who')).includes('li'))
    assert.ok((await page.textContent('.detail')).includes('需要调度角色'))
    assert.ok(await page.isDisabled('.send .primary'))
    // The server forgets the session: the next call leads back to the login, and then back here.
    fake.state.sessions.clear()
    await page.click('[data-tab=frames]')
    await page.waitForSelector('#login-name')
    assert.ok((await page.textContent('.login')).includes('已过期'))
    await enter('wang', 'right')
    await page.waitForSelector('.detail', { timeout: 10000 })
    await until(page, () => document.querySelector('.who')?.textContent.includes('wang'))
    await page.click('[data-tab=commands]')
    await until(page, () => document.querySelector('.send .primary')?.closest('fieldset').disabled === false)
    await page.click('.who')
    await page.click('.leave')
    await page.waitForSelector('#login-name')
    wrong.splice(0) // each refusal is reported by the browser
  }, { users })
})

test('on a phone the devices fit, and one opens over them', async () => {
  await withDevices(few(), phone, '/devices', async (page) => {
    await page.waitForSelector('tr.row')
    const wide = await page.evaluate(() => document.documentElement.scrollWidth)
    assert.ok(wide <= 390, `nothing is wider than the screen: ${wide}`)
    await shot(page, 'phone-devices-zh')
    await page.tap('tr[data-device="1"]')
    await page.waitForSelector('.detail.phone')
    const box = await page.locator('.detail').boundingBox()
    assert.ok(box.x === 0 && box.width === 390)
    for (const name of ['frames', 'commands', 'pairing', 'state']) {
      await page.tap(`[data-tab=${name}]`)
      assert.ok(await page.evaluate(() => document.querySelector('.detail .scroll').scrollWidth <= 390), name)
    }
    await shot(page, 'phone-device-zh')
    await page.tap('.detail header .icon-button')
    await page.waitForSelector('.detail', { state: 'detached' })
    await page.tap('nav a:nth-child(1)')
    await page.waitForURL('**/plan')
  })
})
