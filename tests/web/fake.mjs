// Stands before the real program and answers for its devices, so that a test can make what a real
// server seldom does: ten thousand devices, lost lines, locks, events on command. The city, its plan
// and the page come from the program behind it.
import { createServer, request } from 'node:http'

const iso = (ms = Date.now()) => new Date(ms).toISOString()
const noErrors = { checksum: 0, syntax: 0, truncated: 0, limit: 0, unauthorised: 0, flood: 0 }

export function terminal(id, more = {}) {
  const { position, ...rest } = more
  return {
    id, kind: 'terminal', name: String(13800000000 + id), state: 'known', online: true, last_heard: iso(), edition: 2019, maker: 'YC', model: 'T-808', version: '1.4.2', unit: null,
    empty_mm: 0, full_mm: 0, frames: 100, errors: { ...noErrors }, reading: null, ...rest,
    position: position === null ? null : { at: iso(), received: iso(), lat: 26.8968, lng: 112.5785, speed_kmh: 23, heading_deg: 45, altitude_m: 71, odometer_km: 1402.5, status: 3, alarm: 0, clock_wrong: false, ...position },
  }
}
export function sensor(id, more = {}) {
  const { reading, ...rest } = more
  return {
    id, kind: 'sensor', name: `24e124${String(id).padStart(10, '0')}`, state: 'known', online: true, last_heard: iso(), edition: null, maker: 'Milesight', model: 'EM500-UDL', version: '', unit: null,
    empty_mm: 1000, full_mm: 200, frames: 20, errors: { ...noErrors }, position: null, ...rest,
    reading: reading === null ? null : { at: iso(), received: iso(), fill_pct: 40, distance_mm: 680, battery_pct: 91, battery_v: null, temperature_c: 21.5, weight_kg: null, tilt: false, level_valid: true, ...reading },
  }
}

export const gateways = () => ({
  jt808: { port: 8088, connected: 3, accepted: 41, refused: 2, frames: 12345, rejected: { checksum: 14, syntax: 3, truncated: 0, limit: 0, unauthorised: 6, flood: 0 } },
  mqtt: { port: 1883, state: 'ready', messages: 77 },
  store: { positions: 10000, readings: 77, events: 12, duplicates: 5, waiting: 2, commits: 900, commit_us_last: 1830, failures: 0, last_failure: null },
})

// `users`: { name: { password, roles } }; with none, all is open.
export async function startFake({ behind, devices = [], users = null, frames = [] }) {
  const byId = new Map(devices.map((d) => [d.id, d]))
  const state = { users, sessions: new Map(), failed: 0, lockedUntil: 0, lines: new Set(), asked: [], down: false, resetNext: false, commands: new Map(), gateways: gateways(), frames, cut: 0 }
  let eventId = 100
  const kept = []

  const encode = (e) => `id: ${e.id}\nevent: ${e.event}\ndata: ${JSON.stringify(e.data)}\n\n`
  function say(event, data) {
    const e = { id: ++eventId, event, data }
    kept.push(e)
    const text = encode(e)
    for (const line of state.lines) {
      // Cut in the middle, as a network may.
      const at = state.cut++ % text.length
      line.write(text.slice(0, at))
      line.write(text.slice(at))
    }
  }
  const json = (res, status, body, headers = {}) => {
    res.writeHead(status, { 'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json', ...headers })
    res.end(body === undefined ? '' : JSON.stringify(body))
  }
  const problem = (res, status, code, detail, headers = {}, errors) => json(res, status, { type: 'about:blank', title: code, status, detail, code, ...(errors ? { errors } : {}) }, headers)
  const who = (req) => state.sessions.get(/yc=([a-z0-9]+)/.exec(req.headers.cookie ?? '')?.[1]) ?? null
  const bodyOf = (req) => new Promise((resolve) => {
    let text = ''
    req.on('data', (d) => { text += d })
    req.on('end', () => resolve(text ? JSON.parse(text) : null))
  })

  function pass(req, res) {
    const to = request({ host: '127.0.0.1', port: behind.port, path: req.url, method: req.method, headers: { ...req.headers, host: `127.0.0.1:${behind.port}` } }, (answer) => {
      res.writeHead(answer.statusCode, answer.headers)
      answer.pipe(res)
    })
    to.on('error', () => res.destroy())
    req.pipe(to)
  }

  async function session(req, res) {
    if (req.method === 'GET') {
      const user = who(req)
      return json(res, 200, state.users ? { user, ...(user ? {} : { open: false }) } : { user: null, open: true })
    }
    if (req.method === 'DELETE') {
      state.sessions.clear()
      return json(res, 204)
    }
    const { name, password } = await bodyOf(req)
    const left = Math.ceil((state.lockedUntil - Date.now()) / 1000)
    if (left > 0) return problem(res, 429, 'locked_out', 'too many attempts', { 'Retry-After': String(left) })
    const user = state.users?.[name]
    if (!user || user.password !== password) {
      if (++state.failed >= 3) state.lockedUntil = Date.now() + 65000
      return problem(res, 401, 'wrong_login', 'wrong name or password')
    }
    const key = `s${state.sessions.size + 1}x`
    state.sessions.set(key, { name, roles: user.roles })
    json(res, 200, { user: { name, roles: user.roles } }, { 'Set-Cookie': `yc=${key}; HttpOnly; SameSite=Strict; Path=/` })
  }

  function events(req, res) {
    res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    res.write(': hello\n\n')
    const last = Number(req.headers['last-event-id'] ?? NaN)
    // As the real one: who does not say what was seen last loads all anew.
    if (state.resetNext || Number.isNaN(last)) {
      state.resetNext = false
      res.write(encode({ id: ++eventId, event: 'reset', data: {} }))
    } else for (const e of kept) if (e.id > last) res.write(encode(e))
    state.lines.add(res)
    req.on('close', () => state.lines.delete(res))
  }

  function list(url, res) {
    const q = url.searchParams
    const limit = Math.min(1000, Number(q.get('limit') ?? 100))
    const all = [...byId.values()].filter((d) => !q.get('kind') || d.kind === q.get('kind'))
    const from = q.get('after') ? all.findIndex((d) => d.id === Number(q.get('after'))) + 1 : 0
    const page = all.slice(from, from + limit)
    json(res, 200, { devices: page, next: from + limit < all.length ? page[page.length - 1].id : null })
  }

  async function one(req, res, id, part) {
    const device = byId.get(id)
    if (!device) return problem(res, 404, 'no_device', `there is no device ${id}`)
    if (part === 'frames') return json(res, 200, { frames: state.frames })
    if (part === 'commands' && req.method === 'GET') return json(res, 200, { commands: state.commands.get(id) ?? [] })
    if (req.method === 'GET') return json(res, 200, device)
    const body = await bodyOf(req)
    if (part === 'commands') {
      if (!device.online) return problem(res, 409, 'offline', 'the terminal is not connected')
      const command = { id: 1 + [...state.commands.values()].flat().length, msg_id: body.msg_id, sent: iso(), state: 'waiting', result: null, answer: null, answered: null }
      state.commands.set(id, [command, ...(state.commands.get(id) ?? [])])
      return json(res, 202, command)
    }
    if (body.empty_mm !== undefined && body.full_mm >= body.empty_mm) return problem(res, 422, 'bad_device', 'the bin would be full before it is empty', {}, [{ pointer: '/full_mm', detail: 'must be below empty_mm' }])
    Object.assign(device, body)
    if (body.unit !== undefined && device.state !== 'blocked') device.state = body.unit ? 'known' : 'unassigned'
    say('device', device)
    json(res, 200, device)
  }

  const server = createServer(async (req, res) => {
    const url = new URL(req.url, 'http://127.0.0.1')
    if (state.down && url.pathname.startsWith('/api/v1/events')) return req.socket.destroy()
    if (!url.pathname.startsWith('/api/')) return pass(req, res)
    state.asked.push({ method: req.method, path: url.pathname, headers: req.headers })
    if (url.pathname === '/api/v1/session') return session(req, res)
    if (state.users && !who(req)) return problem(res, 401, 'login', 'log in first')
    if (req.method !== 'GET' && req.headers['x-requested-with'] !== 'yancheng') return problem(res, 403, 'foreign_page', 'X-Requested-With is missing')
    const device = /^\/api\/v1\/devices\/(\d+)(?:\/(frames|commands))?$/.exec(url.pathname)
    if (url.pathname === '/api/v1/events') return events(req, res)
    if (url.pathname === '/api/v1/devices') return list(url, res)
    if (url.pathname === '/api/v1/gateways') return json(res, 200, state.gateways)
    if (device) return one(req, res, Number(device[1]), device[2])
    pass(req, res)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = server.address().port

  return {
    state, byId, port, url: `http://127.0.0.1:${port}`, say,
    move(id, position) {
      const device = byId.get(id)
      const at = iso()
      Object.assign(device.position, { at, received: at }, position)
      device.frames++
      device.last_heard = at
      const { lat, lng, speed_kmh, heading_deg, alarm, status } = device.position
      say('position', { device: id, unit: device.unit, at, lat, lng, speed_kmh, heading_deg, alarm, status })
    },
    read(id, reading) {
      const device = byId.get(id)
      const at = iso()
      Object.assign(device.reading, { at, received: at }, reading)
      const { fill_pct, distance_mm, battery_pct, level_valid } = device.reading
      say('reading', { device: id, unit: device.unit, at, fill_pct, distance_mm, battery_pct, level_valid })
    },
    answer(id, change) {
      const command = Object.assign(state.commands.get(id)[0], { answered: iso() }, change)
      say('command', { device: id, ...command })
    },
    // Breaks all lines of events.
    cutLines() { for (const line of state.lines) line.destroy() },
    stop: () => new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    }),
  }
}
