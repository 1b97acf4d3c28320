// From a terminal's socket to the map: the real program, the real page, one JT/T 808 terminal.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import * as chrome from './browser.mjs'
import { desktop, drawn, launch, live, markAt, shot, until } from './browser.mjs'
import { program, startServer } from './server.mjs'
import { startTerminal } from './terminal.mjs'

const PHONE = '13907340001'
// The browser here draws without a graphics card: fewer pixels, and the time is the program's.
const small = { ...desktop, viewport: { width: 900, height: 600 } }
let server
let browser
let terminal
let place
before(async () => {
  server = await startServer({ args: ['--enrol', 'open'] })
  browser = await launch()
  const [lng, lat] = (await (await fetch(`${server.url}/api/v1/bins`)).json()).features[0].geometry.coordinates
  place = { lat, lng }
  terminal = await startTerminal({ port: server.jt808, phone: PHONE })
  assert.deepEqual(await terminal.login(), [0, 0])
  assert.equal(await terminal.position({ ...place, heading_deg: 45 }), 0)
})
after(async () => {
  await browser?.close()
  await terminal?.stop()
  if (server) assert.equal(await server.stop(), 0)
})

test('a real position shows on the map within a second', async () => {
  await chrome.withPage(browser, `${server.url}/plan`, small, async (page) => {
    await drawn(page)
    await live(page)
    await page.evaluate(({ lng, lat }) => window.yanchengMap.jumpTo({ center: [lng, lat], zoom: 15 }), place)
    await markAt(page, PHONE, place)
    const took = []
    for (const step of [1, 2, 3, 4, 5]) {
      const to = { lat: place.lat + step * 0.0004, lng: place.lng }
      const sent = performance.now()
      const stored = terminal.position({ ...to, at: Date.now() + step * 1000 })
      await markAt(page, PHONE, to)
      took.push(Math.round(performance.now() - sent))
      assert.equal(await stored, 0)
    }
    // A machine that does other things holds some up.
    assert.ok(took.sort((a, b) => a - b)[1] < 1000, `${took} ms`)
    console.log(`# from the socket to the screen in ${took} ms`)
    await shot(page, 'live-real-zh')
  })
})

test('the new terminal is listed, its frames are decoded, a command is answered, it gets a vehicle', async () => {
  const vehicle = (await (await fetch(`${server.url}/api/v1/vehicles`)).json()).vehicles[0]
  await chrome.withPage(browser, `${server.url}/devices?state=unassigned`, desktop, async (page) => {
    await page.click(`tr.row:has-text("${PHONE}")`)
    await page.waitForSelector('.detail h2')
    await page.click('[data-tab=frames]')
    await page.click('.frames li:has-text("0x0200") .fold')
    await until(page, () => document.querySelector('.decoded')?.textContent.includes('lat_e6'))
    await page.click('[data-tab=commands]')
    await page.fill('textarea.text', '请到东门投放点')
    await page.click('.send .primary')
    await page.waitForSelector('.sent [data-state=answered]')
    const order = terminal.heard.find((f) => f.id === 0x8300)
    assert.equal(new TextDecoder('gbk').decode(order.body.subarray(1)), '请到东门投放点')
    await page.selectOption('select.kind', '0x8103')
    await page.fill('input[type=number]', '30')
    await page.click('.send .primary')
    await until(page, () => document.querySelectorAll('.sent [data-state=answered]').length === 2)
    await page.click('[data-tab=pairing]')
    await page.fill('.picker .find', vehicle.id)
    await page.click(`.choices label:has-text("${vehicle.id}")`)
    await page.click('.save .primary')
    await page.waitForSelector('.current')
    await until(page, () => document.querySelectorAll('tr.row').length === 0) // unassigned no longer
    await page.fill('.search', PHONE)
    await page.selectOption('.picks select', 'all')
    assert.ok((await page.textContent('tr.row')).includes(vehicle.plate))
    await shot(page, 'devices-real-zh')
  })
})

test('a new sensor is paired with a bin and its depth, and its readings colour the bin', async () => {
  const bin = (await (await fetch(`${server.url}/api/v1/bins`)).json()).features[0].properties.id
  const tell = async (distance_mm, ms) => assert.equal((await fetch(`${server.url}/api/v1/readings`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ device: 'probe-1', time: new Date(Date.now() + ms).toISOString(), distance_mm, battery_pct: 92 }) })).status, 202)
  await tell(900, -5000)
  const level = (page) => page.evaluate((id) => window.yanchengMap.getFeatureState({ source: 'bins', id }).fill_pct ?? null, bin)
  await chrome.withPage(browser, `${server.url}/devices?kind=sensor`, desktop, async (page) => {
    await page.click('tr.row:has-text("probe-1")')
    await page.click('[data-tab=pairing]')
    await page.fill('.picker .find', bin)
    await page.click(`.choices label:has-text("${bin}")`)
    await page.fill('.empty-mm', '1100')
    await page.fill('.full-mm', '100')
    assert.match(await page.textContent('.preview'), /20%/)
    await page.click('.save .primary')
    await page.waitForSelector('.current')
    await tell(600, 0)
    await page.click('[data-tab=state]')
    await until(page, () => document.querySelector('.detail .big')?.textContent === '50%')
    await page.click('nav a:nth-child(1)')
    await drawn(page)
    assert.equal(await level(page), 50)
    await tell(350, 5000)
    await until(page, (id) => window.yanchengMap.getFeatureState({ source: 'bins', id }).fill_pct === 75, bin)
  })
})

test('a server that is started again is found again, and so are its positions', async () => {
  const args = ['--enrol', 'open']
  await chrome.withPage(browser, `${server.url}/plan`, small, async (page, wrong) => {
    await drawn(page)
    await live(page)
    await page.evaluate(({ lng, lat }) => window.yanchengMap.jumpTo({ center: [lng, lat], zoom: 15 }), place)
    await terminal.stop()
    assert.equal(await server.stop({ keep: true }), 0)
    await page.waitForSelector('[data-live=waiting]')
    server = await startServer({ again: server, args })
    terminal = await startTerminal({ port: server.jt808, phone: PHONE })
    assert.deepEqual(await terminal.login(), [0, 0])
    await live(page)
    const to = { lat: place.lat - 0.0008, lng: place.lng }
    assert.equal(await terminal.position({ ...to, at: Date.now() + 60000 }), 0)
    const [{ id }] = (await (await fetch(`${server.url}/api/v1/devices?kind=terminal`)).json()).devices
    await markAt(page, id, to)
    wrong.splice(0) // the browser reports each refused try
  })
})

test('as soon as there is a user everybody logs in, and roles hold', async () => {
  const add = (name, role) => execFileSync(program, ['user', 'add', name, '--role', role, server.dir, '--password-stdin'], { input: 'a long password 1\n', stdio: ['pipe', 'pipe', 'pipe'] })
  await chrome.withPage(browser, `${server.url}/devices`, desktop, async (page, wrong) => {
    await page.waitForSelector('tr.row')
    add('li', 'viewer')
    add('sun', 'audit')
    await page.reload()
    await page.waitForSelector('#login-name')
    const enter = async (name, password) => {
      await page.fill('#login-name', name)
      await page.fill('#login-password', password)
      await page.keyboard.press('Enter')
    }
    await enter('li', 'not that one 1')
    await until(page, () => document.querySelector('#login-problem').textContent.includes('不对'))
    await enter('li', 'a long password 1')
    await page.waitForSelector('tr.row')
    await live(page)
    await page.click('tr.row')
    await page.click('[data-tab=commands]')
    assert.ok(await page.isDisabled('.send .primary'))
    // A new password ends all sessions and is the one that counts from now on.
    await page.click('.who')
    await page.click('.change')
    await page.fill('.password .old', 'not that one 1')
    for (const field of ['fresh', 'again']) await page.fill(`.password .${field}`, 'another long one 2')
    await page.keyboard.press('Enter')
    await until(page, () => document.querySelector('.password .bad-note').textContent.includes('旧密码不对'))
    await page.fill('.password .old', 'a long password 1')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#login-name')
    assert.ok((await page.textContent('.login')).includes('密码已修改'))
    await enter('li', 'another long one 2')
    await page.waitForSelector('tr.row')
    await page.click('.who')
    await page.click('.leave')
    await page.waitForSelector('#login-name')
    await enter('sun', 'a long password 1')
    await until(page, () => document.querySelector('.whole')?.textContent.includes('您的角色不能做这件事'))
    wrong.splice(0) // the refusals are reported by the browser
  })
})
