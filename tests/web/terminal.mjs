// A vehicle terminal of JT/T 808-2013 for tests: speaks frames over TCP to a real server.
import { connect } from 'node:net'

const bcd = (digits) => Buffer.from(digits, 'hex')
const two = (n) => String(n).padStart(2, '0')
const u16 = (n) => Buffer.from([n >> 8 & 255, n & 255])
const u32 = (n) => Buffer.from([n >>> 24, n >> 16 & 255, n >> 8 & 255, n & 255])

// GMT+8, as every time of the protocol.
export function bcdTime(ms) {
  const d = new Date(ms + 8 * 3600e3)
  return bcd([d.getUTCFullYear() % 100, d.getUTCMonth() + 1, d.getUTCDate(), d.getUTCHours(), d.getUTCMinutes(), d.getUTCSeconds()].map(two).join(''))
}

export function frameOf(id, phone, serial, body) {
  const plain = Buffer.concat([u16(id), u16(body.length), bcd(phone.padStart(12, '0')), u16(serial), body])
  const check = plain.reduce((x, b) => x ^ b, 0)
  const out = [0x7e]
  for (const b of [...plain, check]) {
    if (b === 0x7e) out.push(0x7d, 0x02)
    else if (b === 0x7d) out.push(0x7d, 0x01)
    else out.push(b)
  }
  return Buffer.from([...out, 0x7e])
}

// Whole frames out of what has come so far: { id, serial, body } each, and the bytes left over.
function framesOf(bytes) {
  const frames = []
  let from = bytes.indexOf(0x7e)
  for (;;) {
    const to = from < 0 ? -1 : bytes.indexOf(0x7e, from + 1)
    if (to < 0) return { frames, rest: from < 0 ? Buffer.alloc(0) : bytes.subarray(from) }
    const plain = []
    for (let i = from + 1; i < to; i++) plain.push(bytes[i] === 0x7d ? (bytes[++i] === 0x02 ? 0x7e : 0x7d) : bytes[i])
    if (plain.length >= 13) {
      const p = Buffer.from(plain)
      frames.push({ id: p.readUInt16BE(0), serial: p.readUInt16BE(10), body: p.subarray(12, p.length - 1) })
    }
    from = plain.length === 0 ? to : bytes.indexOf(0x7e, to + 1)
  }
}

export async function startTerminal({ port, phone, plate = '', onOrder = null }) {
  const socket = connect(port, '127.0.0.1')
  await new Promise((resolve, reject) => { socket.on('connect', resolve); socket.on('error', reject) })
  socket.setNoDelay(true)
  let serial = 0
  let rest = Buffer.alloc(0)
  const waiting = []
  const heard = []

  function send(id, body) {
    socket.write(frameOf(id, phone, serial, body))
    return serial++
  }
  socket.on('data', (data) => {
    const got = framesOf(Buffer.concat([rest, data]))
    rest = got.rest
    for (const frame of got.frames) {
      heard.push(frame)
      const at = waiting.findIndex((w) => w.fits(frame))
      if (at >= 0) waiting.splice(at, 1)[0].resolve(frame)
      // An order from the platform: done, unless the test answers otherwise.
      else if (![0x8001, 0x8100].includes(frame.id)) {
        if (onOrder) onOrder(frame, send)
        else send(0x0001, Buffer.concat([u16(frame.serial), u16(frame.id), Buffer.from([0])]))
      }
    }
  })
  const wait = (fits, what) => new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${what} for ${phone}`)), 10000)
    waiting.push({ fits, resolve: (frame) => { clearTimeout(timer); resolve(frame) } })
  })
  const answered = (id, body) => {
    const mine = serial
    const done = wait((f) => f.id === 0x8001 && f.body.readUInt16BE(0) === mine, `answer to 0x${id.toString(16)}`)
    send(id, body)
    return done.then((f) => f.body[4])
  }

  return {
    heard, send, answered,
    // Registers and authenticates; the results of both, 0 each when all is well.
    async login() {
      const fixed = (text, size) => Buffer.concat([Buffer.from(text), Buffer.alloc(size)]).subarray(0, size)
      const mine = serial
      const reply = wait((f) => f.id === 0x8100 && f.body.readUInt16BE(0) === mine, 'registration')
      send(0x0100, Buffer.concat([u16(43), u16(400), fixed('YCTST', 5), fixed('T-808', 20), fixed(phone.slice(-7), 7), Buffer.from([plate ? 2 : 0]), Buffer.from(plate)]))
      const { body } = await reply
      if (body[2] !== 0) return [body[2], null]
      return [0, await answered(0x0102, body.subarray(3))]
    },
    // Resolves when the server has it on disk.
    position({ lat, lng, speed_kmh = 20, heading_deg = 0, alarm = 0, status = 3, at = Date.now() }) {
      return answered(0x0200, Buffer.concat([u32(alarm), u32(status), u32(Math.round(lat * 1e6)), u32(Math.round(lng * 1e6)), u16(70), u16(Math.round(speed_kmh * 10)), u16(heading_deg), bcdTime(at), Buffer.from([0x01, 4]), u32(14025)]))
    },
    stop: () => new Promise((resolve) => {
      socket.on('close', resolve)
      socket.destroy()
    }),
  }
}
