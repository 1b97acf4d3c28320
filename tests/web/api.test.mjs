// What the page asks for is asked of the running server and compared with docs/api/openapi.yaml, in
// both directions: nothing missing, nothing undocumented. tests/flow/openapi_flow.py asks for the rest.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { basename, join } from 'node:path'
import { after, before, test } from 'node:test'
import { need, program, root, startServer } from './server.mjs'

need(join(root, 'web/node_modules/yaml/package.json'), 'npm packages are not installed')
const { parse } = createRequire(join(root, 'web/'))('yaml')
const spec = parse(readFileSync(join(root, 'docs/api/openapi.yaml'), 'utf8'))
let server

before(async () => { server = await startServer() })
after(async () => { if (server) assert.equal(await server.stop(), 0, 'SIGTERM ends the server cleanly') })

const resolve = (node) => node?.$ref ? resolve(node.$ref.slice(2).split('/').reduce((at, key) => at[key], spec)) : node

function check(value, schemaOrRef, where) {
  const schema = resolve(schemaOrRef)
  const types = [schema.type].flat()
  if (value === null) return assert.ok(types.includes('null'), `${where} is null`)
  const type = types.find((t) => t !== 'null')
  if (schema.enum) assert.ok(schema.enum.includes(value), `${where} is ${value}`)
  if (type === 'object') {
    assert.equal(typeof value, 'object', where)
    for (const key of schema.required ?? []) assert.ok(key in value, `${where}.${key} is missing`)
    for (const [key, inner] of Object.entries(schema.properties ?? {})) if (key in value) check(value[key], inner, `${where}.${key}`)
    if (schema.properties && !schema.additionalProperties)
      for (const key of Object.keys(value)) assert.ok(key in schema.properties, `${where}.${key} is not documented`)
  } else if (type === 'array') {
    assert.ok(Array.isArray(value), where)
    value.forEach((item, i) => check(item, schema.items, `${where}[${i}]`))
  } else if (type === 'integer') {
    assert.ok(Number.isInteger(value), `${where} is ${value}`)
  } else {
    assert.equal(typeof value, type, where)
  }
}

// Of people, and what does not end.
const elsewhere = ['/api/v1/users', '/api/v1/tokens', '/api/v1/audit', '/api/v1/events']
const asked = ([path, item]) => item.get && !elsewhere.includes(path) && (item.get['x-example'] || !path.includes('{'))

for (const [path, item] of Object.entries(spec.paths).filter(asked)) {
  test(`GET ${path} answers as documented`, async () => {
    const response = await fetch(server.url + (item.get['x-example'] ?? path))
    const documented = resolve(item.get.responses[String(response.status)])
    assert.ok(documented && response.status < 400, `status ${response.status}`)
    const type = response.headers.get('content-type')?.split(';')[0]
    const body = await response.arrayBuffer()
    if (response.status === 204) return
    const content = documented.content?.[type]
    assert.ok(content, `type ${type}`)
    if (type.includes('json')) check(JSON.parse(Buffer.from(body).toString()), content.schema, path)
    else assert.ok(body.byteLength > 0)
    if (item.post) return
    const post = await fetch(server.url + (item.get['x-example'] ?? path), { method: 'POST', body: 'x' })
    assert.equal(post.status, 405)
    assert.match(post.headers.get('allow'), /^GET, HEAD/)
    check(await post.json(), spec.components.schemas.Error, 'error')
  })
}

test('the tile the map asks for is there, packed, and unchanged when asked again', async () => {
  const city = await (await fetch(`${server.url}/api/v1/city`)).json()
  const [w, s, e, n] = city.box
  const z = 14
  const x = Math.floor(((w + e) / 2 + 180) / 360 * 2 ** z)
  const lat = (s + n) / 2 * Math.PI / 180
  const y = Math.floor((1 - Math.asinh(Math.tan(lat)) / Math.PI) / 2 * 2 ** z)
  const url = server.url + city.map.tiles.replace('{z}', z).replace('{x}', x).replace('{y}', y)
  const tile = await fetch(url)
  assert.equal(tile.status, 200)
  assert.equal(tile.headers.get('content-encoding'), 'gzip')
  const bytes = Buffer.from(await tile.arrayBuffer())
  assert.ok(bytes.includes('road') && bytes.includes('衡'), 'it holds the made streets')
  const again = await fetch(url, { headers: { 'If-None-Match': tile.headers.get('etag') } })
  assert.equal(again.status, 304)
})

test('a plan that is missing is a clear 404, and health says so', async () => {
  const plan = join(server.dir, 'plan.json')
  renameSync(plan, `${plan}.away`)
  try {
    const response = await fetch(`${server.url}/api/v1/plan`)
    assert.equal(response.status, 404)
    assert.equal((await response.json()).code, 'no_plan')
    assert.equal((await (await fetch(`${server.url}/api/v1/health`)).json()).plan, null)
  } finally {
    renameSync(`${plan}.away`, plan)
  }
})

test('the page comes packed, its parts may be kept for ever, unknown pages are the page', async () => {
  const page = await fetch(`${server.url}/plan?route=x`)
  const html = await page.text()
  assert.match(page.headers.get('content-security-policy'), /script-src 'self'/)
  assert.equal(page.headers.get('x-content-type-options'), 'nosniff')
  assert.equal(page.headers.get('cache-control'), 'no-cache')
  const script = html.match(/src="(\/assets\/[^"]+\.js)"/)[1]
  const part = await fetch(server.url + script)
  assert.equal(part.headers.get('content-encoding'), 'gzip')
  assert.match(part.headers.get('cache-control'), /immutable/)
  assert.equal((await fetch(`${server.url}/assets/none.js`)).status, 404)
  assert.equal((await fetch(`${server.url}/api/v2/city`)).status, 404)
})

const raw = (text) => new Promise((resolve, reject) => {
  let answer = ''
  const socket = connect(server.port, '127.0.0.1', () => socket.write(text))
  socket.on('data', (data) => { answer += data })
  socket.on('error', reject)
  socket.on('close', () => resolve(answer))
})

test('another host name is refused', async () => {
  const answer = await raw('GET /api/v1/city HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n')
  assert.match(answer, /^HTTP\/1\.1 421/)
})

test('no spelling of a path leaves the folder', async () => {
  for (const path of ['/../../../etc/passwd', '/..%2f..%2fetc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/assets/..%5c..%5cetc', '/.git/config',
    '/assets/%00', '//etc/passwd', '/fonts/..%2f..%2f/city.yaml.pbf', '/fonts/../city.pbf', '/%c0%ae%c0%ae/etc/passwd']) {
    const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    assert.match(answer, /^HTTP\/1\.1 404/, path)
    assert.doesNotMatch(answer, /root:/)
  }
})

test('what hinders the server is told in one sentence, with a failing exit status', () => {
  const empty = mkdtempSync(join(tmpdir(), 'yancheng-empty-'))
  const bare = join(empty, 'city')
  const twin = join(empty, 'twin')
  for (const to of [bare, twin]) cpSync(server.dir, to, { recursive: true, filter: (path) => !basename(path).startsWith('store') })
  rmSync(join(bare, 'map.mbtiles'))
  const quiet = ['--jt808', '0', '--mqtt', 'off']
  const run = (args, env = process.env) => spawnSync(program, ['serve', ...args], { encoding: 'utf8', env, timeout: 20000 })
  try {
    for (const [args, status, sentence, env] of [
      [[twin, '--http', String(server.port), ...quiet], 1, /port \d+ of 127\.0\.0\.1 is in use/],
      [[server.dir, '--http', '0', ...quiet], 1, /another process writes this store/],
      [[empty], 1, /city\.yaml/],
      [[join(empty, 'none')], 1, /none/],
      [[twin, '--bind', 'here', ...quiet], 2, /no address/],
      [[server.dir, '--http', '70000'], 2, /0 to 65535/],
      [[], 2, /name one city folder/],
      [[bare, '--http', '0', ...quiet], 1, /tilemaker is not installed/, { ...process.env, PATH: '/nonexistent' }],
    ]) {
      const { status: got, stderr, stdout } = run(args, env)
      assert.equal(got, status, `${args}: ${stderr}`)
      assert.match(stderr, sentence)
      assert.equal(stdout, '', 'nothing claims to be ready')
    }
  } finally {
    rmSync(empty, { recursive: true, force: true })
  }
})

test('without map tiles the page still has its data', async () => {
  const bare = await startServer({ args: ['--no-map'] })
  try {
    assert.equal((await (await fetch(`${bare.url}/api/v1/city`)).json()).map, null)
    assert.equal((await fetch(`${bare.url}/tiles/14/0/0.pbf`)).status, 204)
    assert.equal((await (await fetch(`${bare.url}/api/v1/health`)).json()).map, false)
  } finally {
    assert.equal(await bare.stop(), 0)
  }
})
