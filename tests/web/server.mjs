// Starts the real program on a made city, on a free port, and stops it.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeFixture } from './fixture.mjs'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const program = process.env.YANCHENG ?? join(root, 'build/dev/src/cmd/yancheng')

// Code 77 tells ctest that a test was skipped.
export function need(path, what) {
  if (existsSync(path)) return
  console.log(`skipped: ${what} (${path} is missing)`)
  process.exit(77)
}

// A city that the program itself has made and planned.
function makeReal(dir) {
  execFileSync(program, ['city', 'new', dir, '--population', '6000', '--seed', '1'], { stdio: 'pipe' })
  execFileSync(program, ['plan', dir, '--date', '2026-11-24', '--iterations', '300', '--seed', '1'], { stdio: 'pipe' })
}

// `again` is the folder and the ports of a server that was stopped with `keep`.
export async function startServer({ plan = true, args = [], real = false, again = null } = {}) {
  need(program, 'the program is not built')
  need(join(root, 'web/dist/index.html'), 'the page is not built; `make web` builds it')
  const dir = again?.dir ?? mkdtempSync(join(tmpdir(), 'yancheng-web-'))
  if (again) assert.ok(existsSync(dir))
  else if (real) makeReal(dir)
  else makeFixture({ out: dir, packs: join(root, 'packs/hengyang'), plan })
  const child = spawn(program, ['serve', dir, '--http', String(again?.port ?? 0), '--jt808', String(again?.jt808 ?? 0), '--mqtt', '0', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.on('data', (data) => { said += data })
  // A server that ends by itself is the first thing to know about a failed test.
  child.on('exit', (code, signal) => { if (signal !== 'SIGTERM' && code !== 0) console.error(`the server ended with ${code ?? signal}: ${said}`) })
  const ready = await new Promise((resolve, reject) => {
    let out = ''
    child.stdout.on('data', (data) => {
      out += data
      if (out.includes('\n')) resolve(JSON.parse(out.split('\n')[0]))
    })
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)))
  })
  return {
    dir,
    port: ready.http,
    jt808: ready.jt808,
    mqtt: ready.mqtt,
    url: `http://127.0.0.1:${ready.http}`,
    said: () => said,
    // How the program ended: 0 after SIGTERM.
    stop: async ({ keep = false } = {}) => {
      const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? signal)))
      child.kill('SIGTERM')
      const code = await ended
      if (!keep) rmSync(dir, { recursive: true, force: true })
      return code
    },
  }
}
