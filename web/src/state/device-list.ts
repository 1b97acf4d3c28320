// Which devices the list shows, in which order, and the sums above it. The order is made anew at most
// once a second, so that rows do not dance under the reader's eyes.
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { api, type Vehicle } from '../api'
import { ERROR_KINDS, type Device, type DeviceKind, type DeviceState, type Unit } from '../api-devices'
import { errorsOf, healthOf, heardMs, now, peekAll, revision } from './devices'

export type Link = 'online' | 'silent' | 'never' | 'alarm'
export type DeviceSort = 'name' | 'heard' | 'frames' | 'errors' | 'unit' | 'version'

export const deviceFilter = reactive({ text: '', kind: 'all' as DeviceKind | 'all', state: 'all' as DeviceState | 'all', link: 'all' as Link | 'all' })
export const deviceSort = reactive({ key: 'name' as DeviceSort, down: false })
export const vehicles = shallowRef<Vehicle[]>([])

let vehiclesAsked: Promise<void> | null = null
export function loadVehicles(): Promise<void> {
  vehiclesAsked ??= api.vehicles().then((list) => { vehicles.value = list }).catch((error: unknown) => {
    vehiclesAsked = null
    throw error
  })
  return vehiclesAsked
}

const plates = computed(() => new Map(vehicles.value.map((v) => [v.id, v.plate])))
export const unitName = (unit: Unit | null): string => (unit === null ? '' : unit.kind === 'vehicle' ? plates.value.get(unit.id) || unit.id : unit.id)

const alarmed = (d: Device): boolean => d.online && (d.position?.alarm ?? 0) !== 0
const links: Record<Link, (d: Device) => boolean> = {
  online: (d) => healthOf(d, now.value) === 'online',
  silent: (d) => healthOf(d, now.value) === 'silent',
  never: (d) => d.last_heard === null,
  alarm: alarmed,
}

// Names are numbers and plates: their bytes' order is cheap, ten thousand times a second.
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const orders: Record<DeviceSort, (a: Device, b: Device) => number> = {
  name: (a, b) => byText(a.name, b.name),
  heard: (a, b) => heardMs(b) - heardMs(a),
  frames: (a, b) => b.frames - a.frames,
  errors: (a, b) => errorsOf(b) - errorsOf(a),
  unit: (a, b) => Number(a.unit === null) - Number(b.unit === null) || byText(unitName(a.unit), unitName(b.unit)),
  version: (a, b) => (b.edition ?? 0) - (a.edition ?? 0) || byText(a.version, b.version),
}

const words = (d: Device): string => `${d.name} ${d.unit?.id ?? ''} ${unitName(d.unit)} ${d.maker} ${d.model} ${d.version}`.toLowerCase()

// Bumped at most once a second by news, at once by the reader.
const order = ref(0)
let timer = 0
watch(revision, () => {
  if (timer === 0) timer = window.setTimeout(() => { timer = 0; order.value++ }, order.value === 0 ? 0 : 1000)
})

export const shownIds = computed<number[]>(() => {
  void order.value
  const text = deviceFilter.text.trim().toLowerCase()
  const link = deviceFilter.link === 'all' ? null : links[deviceFilter.link]
  const compare = orders[deviceSort.key]
  const sign = deviceSort.down ? -1 : 1
  return [...peekAll()]
    .filter((d) => deviceFilter.kind === 'all' || d.kind === deviceFilter.kind)
    .filter((d) => deviceFilter.state === 'all' || d.state === deviceFilter.state)
    .filter((d) => link === null || link(d))
    .filter((d) => text === '' || words(d).includes(text))
    .sort((a, b) => sign * compare(a, b) || a.id - b.id)
    .map((d) => d.id)
})
export const deviceFiltered = computed(() => deviceFilter.text.trim() !== '' || deviceFilter.kind !== 'all' || deviceFilter.state !== 'all' || deviceFilter.link !== 'all')
export function clearDeviceFilter(): void {
  Object.assign(deviceFilter, { text: '', kind: 'all', state: 'all', link: 'all' })
}

export const sums = computed(() => {
  void order.value
  const at = now.value
  const sum = { all: 0, online: 0, silent: 0, never: 0, unassigned: 0, blocked: 0, alarm: 0, errors: Object.fromEntries(ERROR_KINDS.map((k) => [k, 0])) as Record<string, number>, heard: { m1: 0, m10: 0, h1: 0, d1: 0, old: 0, never: 0 } }
  for (const d of peekAll()) {
    sum.all++
    if (d.state === 'unassigned') sum.unassigned++
    if (d.state === 'blocked') sum.blocked++
    if (alarmed(d)) sum.alarm++
    const health = healthOf(d, at)
    if (health === 'online') sum.online++
    if (health === 'silent') sum.silent++
    if (d.last_heard === null) sum.never++
    for (const kind of ERROR_KINDS) sum.errors[kind] = (sum.errors[kind] ?? 0) + (d.errors[kind] ?? 0)
    const age = at - heardMs(d)
    sum.heard[d.last_heard === null ? 'never' : age < 60e3 ? 'm1' : age < 600e3 ? 'm10' : age < 3600e3 ? 'h1' : age < 86400e3 ? 'd1' : 'old']++
  }
  return sum
})
