// All devices the server knows, kept fresh by its events. Ten thousand terminals that report every
// few seconds make hundreds of changes a second: they are applied at once but told in batches.
import { computed, ref, shallowRef } from 'vue'
import { doors, type Command, type Device, type Position, type Reading, type Unit } from '../api-devices'
import { serverNow } from '../http'
import { onEvent } from './live'

const PAGE = 1000
const TELL_MS = 60
const SILENT_MS = 600_000
const SENSOR_SILENT_MS = 26 * 3600_000 // one that reports once a day may be late
const CLOCK_MS = 1000

interface PositionEvent extends Pick<Position, 'at' | 'lat' | 'lng' | 'speed_kmh' | 'heading_deg' | 'alarm' | 'status'> {
  device: number
  unit: Unit | null
}
interface ReadingEvent extends Pick<Reading, 'at' | 'fill_pct' | 'distance_mm' | 'battery_pct' | 'level_valid'> {
  device: number
  unit: Unit | null
}

const byId = new Map<number, Device>()
let changed = new Set<number>()
let telling = 0
const listeners = new Set<(ids: Set<number>) => void>()

export const revision = ref(0)
export const beat = ref(0) // follows `revision` once a second: for sums over all devices
let counted = 0
export const loadingDevices = ref(false)
export const devicesLoaded = ref(false)
export const devicesProblem = shallowRef<unknown>(null)
export const now = ref(serverNow())
export const followed = ref<number | null>(null) // whose card the map shows

export const devices = computed<Device[]>(() => (revision.value, [...byId.values()]))
export const deviceOf = (id: number | null): Device | null => (revision.value, id === null ? null : (byId.get(id) ?? null))

// Called with the numbers of the devices that changed, at most sixteen times a second.
export function onDevices(act: (ids: Set<number>) => void): () => void {
  listeners.add(act)
  return () => { listeners.delete(act) }
}
export const peek = (id: number): Device | undefined => byId.get(id)
export const peekAll = (): IterableIterator<Device> => byId.values()

function tell(): void {
  telling = 0
  const ids = changed
  changed = new Set()
  now.value = serverNow()
  revision.value++
  for (const act of listeners) act(ids)
}

function touch(id: number): void {
  changed.add(id)
  if (telling === 0) telling = window.setTimeout(tell, TELL_MS)
}

const time = (text: string | null | undefined): number => (text ? Date.parse(text) : 0)

// A page that was asked for before an event came in must not undo the event.
function merge(fresh: Device): void {
  const old = byId.get(fresh.id)
  const position = old?.position && time(old.position.at) > time(fresh.position?.at) ? old.position : fresh.position
  const reading = old?.reading && time(old.reading.at) > time(fresh.reading?.at) ? old.reading : fresh.reading
  const heard = old && time(old.last_heard) > time(fresh.last_heard) ? old.last_heard : fresh.last_heard
  byId.set(fresh.id, { ...fresh, errors: fresh.errors ?? {}, position, reading, last_heard: heard })
  touch(fresh.id)
}

export function put(device: Device): void {
  merge(device)
}

let loading: Promise<void> | null = null

async function loadPages(): Promise<void> {
  loadingDevices.value = true
  try {
    const seen = new Set<number>()
    let after: string | null = null
    do {
      const page: { devices: Device[]; next: string | null } = await doors.devices(PAGE, after)
      for (const device of page.devices) {
        merge(device)
        seen.add(device.id)
      }
      after = page.next
    } while (after !== null)
    for (const id of byId.keys()) if (!seen.has(id)) {
      byId.delete(id)
      touch(id)
    }
    devicesLoaded.value = true
    devicesProblem.value = null
  } catch (error) {
    devicesProblem.value = error
  } finally {
    loadingDevices.value = false
  }
}

// A load that began before the events did may have missed some: it is then followed by another.
let again = false
export function loadDevices(): Promise<void> {
  if (loading) again = true
  loading ??= loadPages().finally(() => {
    loading = null
    if (!again) return
    again = false
    void loadDevices()
  })
  return loading
}

const wanted = new Set<number>()
export async function refreshDevice(id: number): Promise<void> {
  if (wanted.has(id)) return
  wanted.add(id)
  try {
    merge(await doors.device(id))
  } catch {
    // It is asked for again with its next event.
  } finally {
    wanted.delete(id)
  }
}

const iso = (): string => new Date(serverNow()).toISOString()

// Only what is newer moves a mark: a terminal's backlog arrives late and in any order.
function heard(id: number, act: (device: Device) => Device): void {
  const device = byId.get(id)
  if (!device) {
    void refreshDevice(id)
    return
  }
  byId.set(id, act(device))
  touch(id)
}

onEvent<PositionEvent>('position', ({ device, unit, ...fresh }) => heard(device, (old) => ({
  ...old, unit: unit ?? old.unit, online: true, last_heard: iso(),
  position: time(fresh.at) < time(old.position?.at) ? old.position
    : { altitude_m: 0, odometer_km: null, clock_wrong: false, ...old.position, ...fresh, received: iso() },
})))
onEvent<ReadingEvent>('reading', ({ device, unit, ...fresh }) => heard(device, (old) => ({
  ...old, unit: unit ?? old.unit, last_heard: iso(),
  reading: time(fresh.at) < time(old.reading?.at) ? old.reading
    : { battery_v: null, temperature_c: null, weight_kg: null, tilt: null, ...old.reading, ...fresh, received: iso() },
})))
onEvent<Device>('device', (device) => {
  // What the server says of a device now is true, also that it went offline.
  byId.set(device.id, device)
  touch(device.id)
})
onEvent<null>('reset', () => void loadDevices())

// Commands of the devices that someone has looked at.
export const commands = shallowRef(new Map<number, Command[]>())
// A terminal may answer before the server has told that the command was sent: what is settled stays.
export function putCommand(device: number, command: Command): void {
  const list = commands.value.get(device) ?? []
  const known = list.find((c) => c.id === command.id)
  if (known && known.state !== 'waiting' && command.state === 'waiting') return
  const next = known ? list.map((c) => (c.id === command.id ? { ...c, ...command } : c)) : [command, ...list]
  commands.value = new Map(commands.value).set(device, next.sort((a, b) => b.id - a.id))
}
export async function loadCommands(device: number): Promise<void> {
  const list = await doors.commands(device)
  if (!commands.value.has(device)) commands.value = new Map(commands.value).set(device, [])
  for (const command of list) putCommand(device, command)
}
// A restarted server counts commands from one again.
onEvent<null>('reset', () => {
  const asked = [...commands.value.keys()]
  commands.value = new Map()
  for (const id of asked) void loadCommands(id).catch(() => undefined)
})
onEvent<Command & { device: number }>('command', ({ device, ...command }) => {
  if (commands.value.has(device)) putCommand(device, command)
})

// How a device stands, in one word: the colour of its dot and of its mark on the map.
export type Health = 'online' | 'quiet' | 'silent' | 'never' | 'blocked'
export function healthOf(device: Device, at: number): Health {
  if (device.state === 'blocked') return 'blocked'
  if (device.last_heard === null) return device.online ? 'online' : 'never'
  // A sensor holds no line: it is there as long as it keeps its hours.
  if (device.kind === 'sensor') return at - time(device.last_heard) > SENSOR_SILENT_MS ? 'silent' : 'online'
  if (at - time(device.last_heard) > SILENT_MS) return 'silent'
  return device.online ? 'online' : 'quiet'
}
export const heardMs = (device: Device): number => time(device.last_heard)
export const errorsOf = (device: Device): number => Object.values(device.errors).reduce((sum, n) => sum + (n ?? 0), 0)

// Fill levels that sensors told, by bin.
export function freshFill(id: string): { fill_pct: number; at: string } | null {
  return fills.value.get(id) ?? null
}
const fills = computed(() => {
  const found = new Map<string, { fill_pct: number; at: string }>()
  for (const d of devices.value)
    if (d.unit?.kind === 'bin' && d.reading?.level_valid && d.reading.fill_pct !== null) found.set(d.unit.id, { fill_pct: d.reading.fill_pct, at: d.reading.at })
  return found
})

window.setInterval(() => {
  now.value = serverNow()
  if (counted !== revision.value) beat.value = counted = revision.value
}, CLOCK_MS)
