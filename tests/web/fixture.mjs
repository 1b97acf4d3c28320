// A city folder and a plausible plan for tests of the page. The figures are invented and say
// nothing about any planner: routes are walks along the map's streets between neighbouring points.
//
//   node fixture.mjs --out DIR --packs PACKS/hengyang [--map FILE] [--bins N] [--seed N] [--no-plan]
//
// Without --map, streets are made up too. osmium-tool reads and writes map files.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'

const DRIVABLE = new Set(['motorway', 'trunk', 'primary', 'secondary', 'tertiary', 'unclassified',
  'residential', 'living_street', 'service'])

function random(seed) {
  let state = seed >>> 0
  return () => { // mulberry32
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const xmlText = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;')

// A small town: a grid of streets, a river with two bridges, a park and some houses.
function madeMap(rand) {
  const nodes = []
  const ways = []
  const size = 15
  const step = 0.0024
  const at = (row, col) => 1000 + row * size + col
  for (let row = 0; row < size; row++)
    for (let col = 0; col < size; col++)
      nodes.push([at(row, col), 26.88 + row * step + (rand() - 0.5) * 0.0004,
        112.56 + col * step * 1.1 + (rand() - 0.5) * 0.0004])
  const name = (prefix, i, main) => `${prefix}${'一二三四五六七八九十甲乙丙丁戊'[i]}${main ? '大道' : '路'}`
  let id = 1
  const way = (refs, tags) => ways.push([id++, refs, tags])
  for (let i = 0; i < size; i++) {
    const main = i % 7 === 3
    const middle = i % 7 === 0
    const highway = main ? 'primary' : middle ? 'tertiary' : 'residential'
    for (let j = 0; j + 1 < size; j++) {
      way([at(i, j), at(i, j + 1)],
        { highway, name: name('衡', i, main), 'name:en': `Heng ${i + 1} ${main ? 'Avenue' : 'Road'}` })
      if (j !== 9 || main || middle) // the river runs there
        way([at(j, i), at(j + 1, i)],
          { highway, name: name('雁', i, main), 'name:en': `Yan ${i + 1} ${main ? 'Avenue' : 'Road'}` })
    }
  }
  const ring = (points, tags) => {
    const refs = points.map(([lat, lng]) => {
      const node = 100000 + nodes.length
      nodes.push([node, lat, lng])
      return node
    })
    way([...refs, refs[0]], tags)
  }
  const river = 26.88 + 9.5 * step
  ring([[river - 0.0005, 112.555], [river - 0.0003, 112.58], [river - 0.0006, 112.605],
    [river + 0.0004, 112.605], [river + 0.0006, 112.58], [river + 0.0004, 112.555]],
  { natural: 'water', name: '湘江', 'name:en': 'Xiang River' })
  const square = (lat, lng, h, w, tags) =>
    ring([[lat, lng], [lat, lng + w], [lat + h, lng + w], [lat + h, lng]], tags)
  square(26.8848, 112.5657, 0.0036, 0.0042, { leisure: 'park', name: '雁峰公园', 'name:en': 'Yanfeng Park' })
  for (let i = 0; i < 500; i++) {
    const row = Math.floor(rand() * (size - 1))
    if (row === 9) continue
    square(26.88 + row * step + 0.0003 + rand() * 0.0013, 112.56 + (Math.floor(rand() * (size - 1)) + 0.15 + rand() * 0.5) * step * 1.1,
      0.0002 + rand() * 0.0002, 0.0003 + rand() * 0.0003, { building: 'yes' })
  }
  nodes.push([999999, 26.897, 112.578, { place: 'city', name: '雁城', 'name:en': 'Yancheng' }])
  const tagLines = (tags) => Object.entries(tags ?? {}).map(([k, v]) => `<tag k="${k}" v="${xmlText(v)}"/>`).join('')
  nodes.sort((a, b) => a[0] - b[0])
  return `<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">\n` +
    nodes.map(([n, lat, lng, tags]) => `<node id="${n}" version="1" lat="${lat.toFixed(7)}" lon="${lng.toFixed(7)}">${tagLines(tags)}</node>`).join('\n') + '\n' +
    ways.map(([w, refs, tags]) => `<way id="${w}" version="1">${refs.map((r) => `<nd ref="${r}"/>`).join('')}${tagLines(tags)}</way>`).join('\n') +
    '\n</osm>\n'
}

const opl = (text) => text.replace(/%([0-9a-f]+)%/g, (_, hex) => String.fromCodePoint(parseInt(hex, 16)))

// The largest connected part of the drivable streets.
function readGraph(file) {
  const text = execFileSync('osmium', ['cat', '-f', 'opl', file], { maxBuffer: 1 << 30, encoding: 'utf8' })
  const places = new Map()
  const links = new Map()
  for (const line of text.split('\n')) {
    const fields = line.split(' ')
    const field = (key) => fields.find((f, i) => i > 0 && f[0] === key)?.slice(1) ?? ''
    if (line[0] === 'n') {
      places.set(fields[0].slice(1), [Number(field('y')), Number(field('x'))])
    } else if (line[0] === 'w') {
      const tags = Object.fromEntries(field('T').split(',').filter(Boolean).map((t) => t.split('=').map(opl)))
      if (!DRIVABLE.has(tags.highway)) continue
      const refs = field('N').split(',').map((r) => r.replace(/^n/, '').split('x')[0]).filter((r) => places.has(r))
      for (let i = 0; i + 1 < refs.length; i++)
        for (const [from, to] of [[refs[i], refs[i + 1]], [refs[i + 1], refs[i]]]) {
          if (!links.has(from)) links.set(from, [])
          links.get(from).push({ to, name: tags.name ?? '', way: fields[0], highway: tags.highway, m: metres(places.get(from), places.get(to)) })
        }
    }
  }
  let best = []
  const seen = new Set()
  for (const start of links.keys()) {
    if (seen.has(start)) continue
    const part = [start]
    seen.add(start)
    for (let i = 0; i < part.length; i++)
      for (const { to } of links.get(part[i]))
        if (!seen.has(to)) { seen.add(to); part.push(to) }
    if (part.length > best.length) best = part
  }
  return { places, links, nodes: best }
}

function metres([lat1, lng1], [lat2, lng2]) {
  const k = Math.PI / 180
  const x = (lng2 - lng1) * k * Math.cos((lat1 + lat2) / 2 * k)
  return 6371008.8 * Math.hypot(x, (lat2 - lat1) * k)
}

// A* along the streets: a list of links.
function walk(graph, from, to) {
  const goal = graph.places.get(to)
  const cost = new Map([[from, 0]])
  const back = new Map()
  const heap = [[0, from]]
  const push = (item) => {
    heap.push(item)
    for (let i = heap.length - 1; i > 0;) {
      const up = (i - 1) >> 1
      if (heap[up][0] <= heap[i][0]) break
      ;[heap[up], heap[i]] = [heap[i], heap[up]]
      i = up
    }
  }
  const pop = () => {
    const top = heap[0]
    const last = heap.pop()
    if (heap.length) {
      heap[0] = last
      for (let i = 0; ;) {
        let least = i
        for (const down of [2 * i + 1, 2 * i + 2])
          if (down < heap.length && heap[down][0] < heap[least][0]) least = down
        if (least === i) break
        ;[heap[least], heap[i]] = [heap[i], heap[least]]
        i = least
      }
    }
    return top
  }
  while (heap.length) {
    const [, at] = pop()
    if (at === to) break
    for (const link of graph.links.get(at)) {
      const next = cost.get(at) + link.m
      if (next >= (cost.get(link.to) ?? Infinity)) continue
      cost.set(link.to, next)
      back.set(link.to, [at, link])
      push([next + metres(graph.places.get(link.to), goal), link.to])
    }
  }
  const path = []
  for (let at = to; at !== from;) {
    const [before, link] = back.get(at)
    path.push(link)
    at = before
  }
  return path.reverse()
}

const csv = (rows) => rows.map((row) => row.map((cell) => /[",\n]/.test(String(cell)) ? `"${String(cell).replace(/"/g, '""')}"` : cell).join(',')).join('\n') + '\n'
const round = (value, digits = 2) => Number(value.toFixed(digits))

const STREAMS = [['R', 240, '#0063B1'], ['H', 120, '#D7282F'], ['F', 240, '#3F9C35'], ['O', 660, '#4D4D4D']]

function makeCity(graph, rand, binCount) {
  const points = []
  const used = new Set()
  const good = graph.nodes.filter((n) => graph.links.get(n).some((l) => ['residential', 'tertiary', 'living_street', 'unclassified'].includes(l.highway)))
  while (points.length < binCount / 4) {
    const node = good[Math.floor(rand() * good.length)]
    if (used.has(node) && used.size < good.length * 0.9) continue
    used.add(node)
    const [lat, lng] = graph.places.get(node)
    points.push({ id: `P${String(points.length + 1).padStart(5, '0')}`, node, lat: lat + (rand() - 0.5) * 2e-4, lng: lng + (rand() - 0.5) * 2e-4,
      name: graph.links.get(node).find((l) => l.name)?.name ?? '' })
  }
  const bins = points.flatMap((point) => STREAMS.map(([stream, litres], i) => ({
    id: `B${point.id.slice(1)}${stream}`, point, stream, litres, fill: Math.round(rand() ** 0.6 * 110),
    lat: point.lat, lng: point.lng + i * 1.5e-5,
  })))
  const spot = () => graph.nodes[Math.floor(rand() * graph.nodes.length)]
  const facility = (id, kind, zh, en, streams) => {
    const node = spot()
    const [lat, lng] = graph.places.get(node)
    return { id, kind, zh, en, streams, node, lat, lng }
  }
  const facilities = [
    facility('DEP1', 'depot', '城东停车场', 'East depot', ''), facility('DEP2', 'depot', '城西停车场', 'West depot', ''),
    facility('TS1', 'transfer_station', '雁峰转运站', 'Yanfeng transfer station', 'O'), facility('INC1', 'incinerator', '垃圾焚烧厂', 'Incinerator', 'O'),
    facility('FP1', 'food_plant', '厨余处理厂', 'Food waste plant', 'F'), facility('SC1', 'sorting_centre', '分拣中心', 'Sorting centre', 'R'),
    facility('HS1', 'hazardous_store', '有害垃圾暂存点', 'Hazardous store', 'H'), facility('WP1', 'water_point', '加水点', 'Water point', ''),
    facility('CH1', 'charger', '充电站', 'Charger', ''), facility('SW1', 'sweepings_site', '清扫物堆场', 'Sweepings site', ''),
  ]
  return { points, bins, facilities }
}

function boxOf(graph, city) {
  const all = [...graph.nodes.map((n) => graph.places.get(n)), ...city.points.map((p) => [p.lat, p.lng])]
  const box = { south: 90, west: 180, north: -90, east: -180 }
  for (const [lat, lng] of all) {
    box.south = Math.min(box.south, lat); box.north = Math.max(box.north, lat)
    box.west = Math.min(box.west, lng); box.east = Math.max(box.east, lng)
  }
  return { south: box.south - 0.002, west: box.west - 0.002, north: box.north + 0.002, east: box.east + 0.002 }
}

function writeCity(dir, packs, graph, city) {
  const box = boxOf(graph, city)
  const pack = readFileSync(join(packs, 'city.yaml'), 'utf8').replace(/^#.*\n/, '').replace(/^format: 1\n/m, '')
  writeFileSync(join(dir, 'city.yaml'), `format: 1\nid: test\nname: {zh: 测试市, en: Test city}\npopulation: ${city.points.length * 120}\n` +
    `pack: hengyang\nbox:\n  south: ${box.south.toFixed(7)}\n  west: ${box.west.toFixed(7)}\n  north: ${box.north.toFixed(7)}\n  east: ${box.east.toFixed(7)}\n${pack}`)
  copyFileSync(join(packs, 'streams.yaml'), join(dir, 'streams.yaml'))
  const [lat, lng] = [(box.south + box.north) / 2, (box.west + box.east) / 2]
  const at = (a, b) => [a.toFixed(7), b.toFixed(7)]
  writeFileSync(join(dir, 'places.csv'), csv([
    ['id', 'kind', 'parent', 'name_zh', 'name_en', 'lat', 'lng', 'households', 'population'],
    ['D1', 'district', '', '雁峰区', 'Yanfeng', ...at(lat, lng), '', ''],
    ['S1', 'street', 'D1', '先锋街道', 'Xianfeng', ...at(lat, lng), '', ''],
    ['C1', 'compound', 'S1', '雁城小区', 'Yancheng compound', ...at(lat, lng), city.points.length * 40, city.points.length * 120],
    ...city.points.map((p, i) => [p.id, 'point', 'C1', p.name || `${i + 1}号投放点`, p.name || `Point ${i + 1}`, ...at(p.lat, p.lng), '', ''])]))
  writeFileSync(join(dir, 'bins.csv'), csv([['id', 'place', 'stream', 'litres', 'fill_pct', 'lat', 'lng'],
    ...city.bins.map((b) => [b.id, b.point.id, b.stream, b.litres, Math.min(b.fill, 100), ...at(b.lat, b.lng)])]))
  writeFileSync(join(dir, 'facilities.csv'), csv([['id', 'kind', 'name_zh', 'name_en', 'lat', 'lng', 'streams', 'open', 'close', 'unload_s', 'capacity_t_day'],
    ...city.facilities.map((f) => [f.id, f.kind, f.zh, f.en, ...at(f.lat, f.lng), f.streams, '00:00', '24:00', 600, 0])]))
  const fleet = []
  for (let i = 1; i <= 16; i++) {
    const sweeper = i > 12
    const [stream] = STREAMS[i % 4]
    fleet.push([`V${String(i).padStart(3, '0')}`, `湘D·${String(10000 + i * 37)}`, i % 2 ? 'DEP1' : 'DEP2', sweeper ? 'sweeper' : 'truck',
      sweeper ? '-:5000:4000' : `${stream}:12000:6000`, sweeper ? 2000 : 0, '06:00', '14:00', 1800, 2, 12000, 280, 80, sweeper ? 8 : 0, 400, 3, 60, i % 3 ? 'diesel' : 'electric'])
  }
  writeFileSync(join(dir, 'fleet.csv'), csv([['id', 'plate', 'depot', 'kind', 'compartments', 'water_litres', 'shift_start', 'shift_end', 'break_s', 'crew',
    'mass_kg', 'height_cm', 'speed_kmh_max', 'work_kmh', 'cost_day', 'cost_km', 'cost_hour', 'energy'], ...fleet]))
  return fleet
}

// Follows the streets through `stops` (nodes), telling each link to `step`.
function drive(graph, stops) {
  const links = []
  const arrive = []
  for (let i = 0; i + 1 < stops.length; i++) {
    if (stops[i] !== stops[i + 1]) links.push(...walk(graph, stops[i], stops[i + 1]))
    arrive.push(links.length)
  }
  return { links, arrive }
}

function linesOf(links, start, speed) {
  const lines = []
  let at = start
  for (let i = 0; i < links.length;) {
    let m = 0
    const name = links[i].name
    const first = at
    while (i < links.length && links[i].name === name) { m += links[i].m; at += links[i].m / speed; i++ }
    const next = links[i]?.name
    lines.push({ text: { zh: `沿${name || '无名路'}行驶 ${Math.round(m)} 米${next ? `，进入${next}` : ''}`, en: `${name || 'unnamed street'} ${Math.round(m)} m${next ? `, then into ${next}` : ''}` },
      at_s: Math.round(first), m: Math.round(m) })
  }
  return lines
}

function order(points, from) {
  const left = [...points]
  const done = []
  let at = from
  while (left.length) {
    let best = 0
    for (let i = 1; i < left.length; i++)
      if (metres(at, [left[i].lat, left[i].lng]) < metres(at, [left[best].lat, left[best].lng])) best = i
    const [next] = left.splice(best, 1)
    at = [next.lat, next.lng]
    done.push(next)
  }
  return done
}

function makePlan(graph, city, fleet, rand) {
  const hues = ['#1B6CA8', '#C2452D', '#2E8B57', '#8E44AD', '#D4881C', '#0E8C8C', '#B8326E', '#6B7A1F', '#4B55C4', '#A0522D', '#2B8CBE', '#7B3F00', '#5A9216', '#AD1457', '#00695C', '#6A1B9A']
  const routes = []
  const features = []
  const depot = city.facilities[0]
  const geo = (type, coordinates, properties) => features.push({ type: 'Feature', geometry: { type, coordinates }, properties })
  const point = (node) => { const [lat, lng] = graph.places.get(node); return [round(lng, 6), round(lat, 6)] }
  const site = { R: 'SC1', H: 'HS1', F: 'FP1', O: 'TS1' }
  const byAngle = (a, b) => Math.atan2(a.point.lat - depot.lat, a.point.lng - depot.lng) - Math.atan2(b.point.lat - depot.lat, b.point.lng - depot.lng)

  for (const [stream] of STREAMS) {
    const full = city.bins.filter((b) => b.stream === stream && b.fill >= 60).sort(byAngle)
    const size = stream === 'H' ? 120 : 60
    for (let i = 0, n = 1; i < full.length && n <= 4; i += size, n++) {
      const part = full.slice(i, i + size)
      const id = `collect-${stream}-${String(n).padStart(3, '0')}`
      const colour = hues[routes.length % hues.length]
      const plant = city.facilities.find((f) => f.id === site[stream])
      const visits = []
      const trips = []
      const lines = []
      let clock = 6 * 3600 + Math.round(rand() * 1800)
      const start = clock
      const vehicle = fleet[routes.length % 12]
      let seq = 0
      let from = depot.node
      let km = 0
      for (let t = 0; t < 2 && t * size / 2 < part.length; t++) {
        const half = order(part.slice(t * size / 2, (t + 1) * size / 2).map((b) => ({ ...b.point, bin: b })), graph.places.get(from))
        const stops = [from, ...half.map((p) => p.node), plant.node]
        const { links, arrive } = drive(graph, stops)
        const m = links.reduce((sum, l) => sum + l.m, 0)
        lines.push(...linesOf(links, clock, 6))
        geo('LineString', [point(from), ...links.map((l) => point(l.to))], { kind: 'path', route: id, route_kind: 'collect', trip: t, colour, stream })
        const trip = { start_s: clock, end_s: 0, facility: plant.id, kg: 0, litres: 0, fill_pct: 0, km: round(m / 1000), stops: half.length }
        let done = 0
        half.forEach((p, k) => {
          for (; done < arrive[k]; done++) clock += links[done].m / 6
          const kg = round(p.bin.litres * p.bin.fill / 100 * 0.15, 1)
          visits.push({ kind: 'serve', id: p.id, name: p.name, bins: [p.bin.id], side: rand() < 0.7 ? 'right' : 'left', start_s: Math.round(clock), end_s: Math.round(clock + 70), kg, lat: p.lat, lng: p.lng })
          geo('Point', [round(p.lng, 6), round(p.lat, 6)], { kind: 'serve', route: id, route_kind: 'collect', trip: t, colour, seq: ++seq, id: p.id, kg, start_s: Math.round(clock) })
          clock += 70
          trip.kg += kg
          trip.litres += p.bin.litres * p.bin.fill / 100
        })
        for (; done < links.length; done++) clock += links[done].m / 6
        visits.push({ kind: 'unload', id: plant.id, name: plant.zh, bins: [], side: null, start_s: Math.round(clock), end_s: Math.round(clock + 600), kg: round(trip.kg, 1), lat: plant.lat, lng: plant.lng })
        geo('Point', [round(plant.lng, 6), round(plant.lat, 6)], { kind: 'unload', route: id, route_kind: 'collect', trip: t, colour, seq: ++seq, id: plant.id, kg: trip.kg, start_s: Math.round(clock) })
        clock += 600
        Object.assign(trip, { start_s: Math.round(trip.start_s), end_s: Math.round(clock), kg: round(trip.kg, 1), litres: round(trip.litres, 1), fill_pct: round(Math.min(99, trip.litres / 90), 1) })
        trips.push(trip)
        km += m / 1000
        from = plant.node
      }
      routes.push({ id, kind: 'collect', stream, colour, vehicle: vehicle[0], plate: vehicle[1], depot: vehicle[2], crew: 2, start_s: start, end_s: Math.round(clock),
        km: round(km), hours: round((clock - start) / 3600), kg: round(trips.reduce((s, t) => s + t.kg, 0), 1), stops: visits.length - trips.length, cost: round(400 + km * 3 + (clock - start) / 60, 1), trips, visits, lines })
    }
  }
  for (let n = 1; n <= 3; n++) {
    const id = `sweep-${String(n).padStart(3, '0')}`
    const colour = hues[routes.length % hues.length]
    const vehicle = fleet[11 + n]
    const water = city.facilities.find((f) => f.kind === 'water_point')
    const tour = order(Array.from({ length: 12 }, () => { const node = graph.nodes[Math.floor(rand() * graph.nodes.length)]; const [lat, lng] = graph.places.get(node); return { node, lat, lng } }), graph.places.get(depot.node))
    const { links } = drive(graph, [depot.node, ...tour.map((p) => p.node), depot.node])
    const start = 3 * 3600 + 1800 * n
    let clock = start
    const visits = []
    let swept = 0
    let from = depot.node
    links.forEach((l, i) => {
      const sweeping = i % 5 < 3
      const begin = clock
      clock += l.m / (sweeping ? 2.2 : 7)
      if (sweeping) {
        swept += l.m
        const [lng, lat] = point(l.to)
        visits.push({ kind: 'sweep', id: `${l.way}-${i}`, name: l.name, class: 2, m: Math.round(l.m), pass: 1, side: 'right', start_s: Math.round(begin), end_s: Math.round(clock), kg: round(l.m * 0.04, 1), lat, lng })
        geo('LineString', [point(from), point(l.to)], { kind: 'swept', route: id, route_kind: 'sweep', trip: 0, class: 2, pass: 1, colour })
      }
      if (i === Math.floor(links.length / 2)) {
        visits.push({ kind: 'refill', id: water.id, name: water.zh, bins: [], start_s: Math.round(clock), end_s: Math.round(clock + 900), kg: 0, lat: water.lat, lng: water.lng })
        geo('Point', [round(water.lng, 6), round(water.lat, 6)], { kind: 'refill', route: id, route_kind: 'sweep', trip: 0, colour, seq: 1, id: water.id, kg: 0, start_s: Math.round(clock) })
        clock += 900
      }
      from = l.to
    })
    const m = links.reduce((s, l) => s + l.m, 0)
    geo('LineString', [point(depot.node), ...links.map((l) => point(l.to))], { kind: 'path', route: id, route_kind: 'sweep', trip: 0, colour, stream: null })
    const kg = round(visits.reduce((s, v) => s + v.kg, 0), 1)
    routes.push({ id, kind: 'sweep', stream: null, colour, vehicle: vehicle[0], plate: vehicle[1], depot: vehicle[2], crew: 1, start_s: start, end_s: Math.round(clock), km: round(m / 1000), swept_km: round(swept / 1000),
      hours: round((clock - start) / 3600), kg, stops: visits.length, cost: round(300 + m / 400, 1), trips: [{ start_s: start, end_s: Math.round(clock), facility: 'SW1', kg, litres: kg * 2, fill_pct: 64, km: round(m / 1000), stops: visits.length }], visits, lines: linesOf(links, start, 4) })
  }
  const lost = city.points.slice(-2).map((p, i) => ({ kind: 'bin', id: p.id, name: p.name, bins: [`B${p.id.slice(1)}F`], reason: i ? 'unreachable' : 'fleet',
    text: i ? { zh: '没有车辆可以到达的道路', en: 'no street that a vehicle can reach leads there' } : { zh: '当天车辆不足', en: 'no vehicle of that stream has time left' }, lat: p.lat, lng: p.lng }))
  for (const p of lost) geo('Point', [round(p.lng, 6), round(p.lat, 6)], { kind: 'unserved', id: p.id, reason: p.reason })
  const sum = (pick, list = routes) => list.reduce((s, r) => s + pick(r), 0)
  const collect = routes.filter((r) => r.kind === 'collect')
  return {
    plan: { city: { id: 'test', name: { zh: '测试市', en: 'Test city' } }, date: '2026-11-24', seed: 1, seconds: 1, checked: true,
      totals: { routes: routes.length, collect_routes: collect.length, sweep_routes: routes.length - collect.length, stops: sum((r) => r.stops, collect), bins: sum((r) => r.stops, collect),
        kg: round(sum((r) => r.kg), 1), km: round(sum((r) => r.km)), swept_km: round(sum((r) => r.swept_km ?? 0)), hours: round(sum((r) => r.hours)), cost: round(sum((r) => r.cost), 1), unserved: lost.length },
      routes, unserved: lost },
    geojson: { type: 'FeatureCollection', features },
  }
}

export function makeFixture({ out, packs, map, bins = 240, seed = 1, plan = true }) {
  const rand = random(seed)
  mkdirSync(out, { recursive: true })
  const target = join(out, 'map.osm.pbf')
  if (map) {
    execFileSync('osmium', ['cat', '-O', '-o', target, map])
  } else {
    const xml = join(out, 'map.osm')
    writeFileSync(xml, madeMap(rand))
    execFileSync('osmium', ['cat', '-O', '-o', target, xml])
    rmSync(xml)
  }
  const graph = readGraph(target)
  const city = makeCity(graph, rand, bins)
  const fleet = writeCity(out, packs, graph, city)
  if (!plan) return
  const made = makePlan(graph, city, fleet, rand)
  writeFileSync(join(out, 'plan.json'), JSON.stringify(made.plan))
  writeFileSync(join(out, 'plan.geojson'), JSON.stringify(made.geojson))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { out: { type: 'string' }, packs: { type: 'string' }, map: { type: 'string' }, bins: { type: 'string' }, seed: { type: 'string' }, 'no-plan': { type: 'boolean' } } })
  makeFixture({ out: values.out, packs: values.packs, map: values.map, bins: Number(values.bins ?? 240), seed: Number(values.seed ?? 1), plan: !values['no-plan'] })
}
