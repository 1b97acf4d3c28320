// Devices, their frames and commands, the doors they come through, and who is logged in.
import { read, write } from './http'

export type DeviceKind = 'terminal' | 'sensor'
export type DeviceState = 'known' | 'unassigned' | 'blocked'
export type ErrorKind = 'checksum' | 'syntax' | 'truncated' | 'limit' | 'unauthorised' | 'flood'
export const ERROR_KINDS: ErrorKind[] = ['checksum', 'syntax', 'truncated', 'limit', 'unauthorised', 'flood']

export interface Unit {
  kind: 'vehicle' | 'bin'
  id: string
}

export interface Position {
  at: string
  received: string
  lat: number
  lng: number
  speed_kmh: number
  heading_deg: number
  altitude_m: number
  odometer_km: number | null
  status: number
  alarm: number
  clock_wrong: boolean
}

export interface Reading {
  at: string
  received: string
  fill_pct: number | null
  distance_mm: number | null
  battery_pct: number | null
  battery_v: number | null
  temperature_c: number | null
  weight_kg: number | null
  tilt: boolean | number | null
  level_valid: boolean
}

export interface Device {
  id: number
  kind: DeviceKind
  name: string
  state: DeviceState
  online: boolean
  last_heard: string | null
  edition: number | null
  maker: string
  model: string
  version: string
  unit: Unit | null
  empty_mm: number
  full_mm: number
  frames: number
  errors: Partial<Record<ErrorKind, number>>
  position: Position | null
  reading: Reading | null
}

export interface Frame {
  at: string
  direction: 'in' | 'out'
  hex: string
  decoded: { header?: Record<string, unknown>; body?: unknown } | null
  error: string | null
}

export type CommandState = 'waiting' | 'answered' | 'refused' | 'unanswered' | 'offline'

export interface Command {
  id: number
  msg_id: string
  sent: string
  state: CommandState
  result: number | null
  answer: unknown
  answered: string | null
}

export interface Gateways {
  jt808: { port: number; connected: number; accepted: number; refused: number; frames: number; rejected: Record<string, number> } | null
  mqtt: { port: number; state: string; messages: number; refused?: number; unknown?: number } | null
  store: {
    positions: number
    readings: number
    events: number
    duplicates: number
    waiting: number
    commits: number
    commit_us_last: number
    failures: number
    last_failure: string | null
  } | null
}

export interface User {
  name: string
  roles: string[]
}

export interface Session {
  user: User | null
  open?: boolean
}

export interface DeviceChange {
  unit?: Unit | null
  empty_mm?: number
  full_mm?: number
  state?: DeviceState
  model?: string
}

const at = (id: number, rest = ''): string => `/api/v1/devices/${id}${rest}`

export const doors = {
  session: async (): Promise<Session> => (await read('/api/v1/session')).json(),
  login: async (name: string, password: string): Promise<Session> => (await write('POST', '/api/v1/session', { name, password })).json(),
  logout: async (): Promise<void> => { await write('DELETE', '/api/v1/session') },
  password: async (old: string, password: string): Promise<void> => { await write('PUT', '/api/v1/session/password', { old, password }) },
  devices: async (limit: number, after: string | null): Promise<{ devices: Device[]; next: string | null }> =>
    (await read(`/api/v1/devices?limit=${limit}${after === null ? '' : `&after=${encodeURIComponent(after)}`}`)).json(),
  device: async (id: number): Promise<Device> => (await read(at(id))).json(),
  change: async (id: number, change: DeviceChange): Promise<Device> => (await write('PATCH', at(id), change)).json(),
  frames: async (id: number): Promise<Frame[]> => (await (await read(at(id, '/frames'))).json()).frames,
  commands: async (id: number): Promise<Command[]> => (await (await read(at(id, '/commands'))).json()).commands,
  send: async (id: number, msgId: string, body: unknown): Promise<Command> => (await write('POST', at(id, '/commands'), { msg_id: msgId, body })).json(),
  gateways: async (): Promise<Gateways> => (await read('/api/v1/gateways')).json(),
}
