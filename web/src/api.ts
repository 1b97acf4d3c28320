// What the server tells. The interface is described in docs/api/openapi.yaml, the plan in
// docs/plan-format.md.
import { read } from './http'

export interface Name {
  zh: string
  en: string
}

export interface Stream {
  code: string
  name: Name
  colour: string
  collect_at_pct: number
  bins: number
}

export interface City {
  id: string
  name: Name
  population: number
  utc_offset_s: number
  box: [number, number, number, number]
  map: { tiles: string; zoom_min: number; zoom_max: number } | null
  streams: Stream[]
  counts: { places: number; bins: number; facilities: number; vehicles: number }
}

export interface Facility {
  id: string
  kind: string
  name: Name
  lat: number
  lng: number
  streams: string[]
  open_s: number
  close_s: number
  capacity_t_day: number
}

export interface Trip {
  start_s: number
  end_s: number
  facility: string | null
  kg: number
  litres: number
  fill_pct: number
  km: number
  stops: number
}

export interface Visit {
  kind: 'serve' | 'sweep' | 'unload' | 'refill' | 'break'
  id?: string
  name?: string
  bins?: string[]
  side?: string | null
  start_s: number
  end_s: number
  kg: number
  m?: number
  class?: number
  pass?: number
  lat?: number
  lng?: number
}

export interface Line {
  text: Name
  at_s: number
  m: number
}

export interface Route {
  id: string
  kind: 'collect' | 'sweep'
  stream: string | null
  colour: string
  vehicle: string
  plate: string
  depot: string
  crew: number
  start_s: number
  end_s: number
  km: number
  swept_km?: number
  hours: number
  kg: number
  stops: number
  cost: number
  trips: Trip[]
  visits: Visit[]
  lines: Line[]
}

export interface Unserved {
  kind: string
  id: string
  name: string
  stream?: string
  m?: number
  reason: string
  text: Name
  lat: number
  lng: number
}

export interface Vehicle {
  id: string
  plate: string
  kind: string
  depot: string
}

export interface Plan {
  city: { id: string; name: Name }
  date: string
  seconds: number
  checked: boolean
  totals: {
    routes: number
    collect_routes: number
    sweep_routes: number
    stops: number
    bins: number
    kg: number
    km: number
    swept_km: number
    hours: number
    cost: number
    unserved: number
  }
  routes: Route[]
  unserved: Unserved[]
}

export const api = {
  city: async (): Promise<City> => (await read('/api/v1/city')).json(),
  bins: async (): Promise<GeoJSON.FeatureCollection> => (await read('/api/v1/bins')).json(),
  facilities: async (): Promise<Facility[]> => (await (await read('/api/v1/facilities')).json()).facilities,
  vehicles: async (): Promise<Vehicle[]> => (await (await read('/api/v1/vehicles')).json()).vehicles,
  routes: async (): Promise<GeoJSON.FeatureCollection> => (await read('/api/v1/plan/routes')).json(),
  plan: async (): Promise<Plan> => (await read('/api/v1/plan')).json(),
  // Changes when the plan does; null when there is none.
  planVersion: async (): Promise<string | null> => (await (await read('/api/v1/health')).json()).plan,
}
