// The page's one picture of the city and its plan, and what the user looks at in it. Every part of
// the page reads and changes this; nothing is passed from part to part.
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { api, type City, type Facility, type Name, type Plan, type Route } from '../api'
import { ApiError } from '../http'
import { vehicleColour } from './colours'
import { entered } from './session'

export type Loading = 'loading' | 'ready' | 'failed'
export type SortKey = 'start' | 'km' | 'hours' | 'kg' | 'fill'

const POLL_MS = 5000

export const city = shallowRef<City | null>(null)
export const facilities = shallowRef<Facility[]>([])
export const bins = shallowRef<GeoJSON.FeatureCollection | null>(null)
export const plan = shallowRef<Plan | null>(null)
export const paths = shallowRef<GeoJSON.FeatureCollection | null>(null)

export const loading = ref<Loading>('loading')
export const problem = shallowRef<unknown>(null)
export const planProblem = shallowRef<unknown>(null)
export const offline = ref(false)
export const updates = ref(0) // times the plan was replaced while the page was open

export const selectedId = ref<string | null>(null)
export const hoveredId = ref<string | null>(null)
export const focus = shallowRef<{ lat: number; lng: number } | null>(null)

export const filter = reactive({ text: '', kind: 'all' as 'all' | 'collect' | 'sweep', streams: [] as string[], sort: 'start' as SortKey })
export const layers = reactive({ bins: {} as Record<string, boolean>, collect: true, sweep: true, facilities: true, unserved: true, live: true })
export const colourBy = ref<'vehicle' | 'stream'>('vehicle')

let version: string | null = null

export const streams = computed(() => city.value?.streams ?? [])
export const selected = computed(() => plan.value?.routes.find((r) => r.id === selectedId.value) ?? null)

// The plan writes places in one language; the bins know both names of the place they stand at.
const placeNames = computed(() => {
  const names = new Map<string, Name>()
  for (const f of bins.value?.features ?? []) names.set(String(f.properties?.['place']), f.properties?.['place_name'] as Name)
  return names
})
export function placeName(id: string | undefined, otherwise: string | undefined, language: 'zh' | 'en'): string {
  return (id && placeNames.value.get(id)?.[language]) || otherwise || ''
}

const vehicleColours = computed(() => {
  const colours = new Map<string, string>()
  for (const route of plan.value?.routes ?? []) if (!colours.has(route.vehicle)) colours.set(route.vehicle, vehicleColour(colours.size))
  return colours
})

export function routeColour(route: Route): string {
  return colourBy.value === 'stream' ? route.colour : (vehicleColours.value.get(route.vehicle) ?? route.colour)
}

// A truck with compartments serves several: "R+H".
export function streamsOf(route: Route): string[] {
  return route.stream ? route.stream.split('+') : []
}

export function fillOf(route: Route): number {
  return route.trips.reduce((most, trip) => Math.max(most, trip.fill_pct), 0)
}

const sortValue: Record<SortKey, (route: Route) => number> = {
  start: (r) => r.start_s,
  km: (r) => -r.km,
  hours: (r) => -r.hours,
  kg: (r) => -r.kg,
  fill: (r) => -fillOf(r),
}

export const shown = computed(() => {
  const text = filter.text.trim().toLowerCase()
  return (plan.value?.routes ?? [])
    .filter((r) => filter.kind === 'all' || r.kind === filter.kind)
    .filter((r) => filter.streams.length === 0 || streamsOf(r).some((s) => filter.streams.includes(s)))
    .filter((r) => !text || [r.id, r.vehicle, r.plate].some((t) => t.toLowerCase().includes(text)))
    .sort((a, b) => sortValue[filter.sort](a) - sortValue[filter.sort](b) || (a.id < b.id ? -1 : 1))
})

export const filtered = computed(() => filter.text.trim() !== '' || filter.kind !== 'all' || filter.streams.length > 0)

export function clearFilter(): void {
  filter.text = ''
  filter.kind = 'all'
  filter.streams = []
}

export function select(id: string | null): void {
  selectedId.value = id
  hoveredId.value = null
  focus.value = null
}

async function loadPlan(): Promise<void> {
  const now = await api.planVersion() // asked first: a plan that comes in between is found at the next look
  if (now === null) {
    plan.value = null
    paths.value = null
  } else {
    const [answer, lines] = await Promise.all([api.plan(), api.routes()])
    plan.value = answer
    paths.value = lines
  }
  version = now
  planProblem.value = null
}

export async function loadCity(): Promise<void> {
  const answer = await api.city()
  for (const stream of answer.streams) layers.bins[stream.code] ??= true
  city.value = answer
}

// Large; asked for once.
let binsAsked: Promise<void> | null = null
export function loadBins(): Promise<void> {
  binsAsked ??= api.bins().then((answer) => { bins.value = answer }).catch((error: unknown) => {
    binsAsked = null
    throw error
  })
  return binsAsked
}

export async function load(): Promise<void> {
  if (loading.value !== 'ready') loading.value = 'loading'
  try {
    const [, someFacilities] = await Promise.all([loadCity(), api.facilities(), loadPlan()])
    facilities.value = someFacilities
    loading.value = 'ready'
    offline.value = false
  } catch (error) {
    problem.value = error
    loading.value = 'failed'
    return
  }
  try { // the page is useful before they are here
    await loadBins()
  } catch (error) {
    problem.value = error
  }
}

async function poll(): Promise<void> {
  if (loading.value !== 'ready' || document.hidden || !entered.value) return
  try {
    const now = await api.planVersion()
    offline.value = false
    if (now === version) return
    await loadPlan()
    updates.value++
  } catch (error) {
    if (error instanceof ApiError && error.status === 0) offline.value = true
    else planProblem.value = error
  }
}

export function follow(): () => void {
  const timer = window.setInterval(() => void poll(), POLL_MS)
  return () => window.clearInterval(timer)
}

// A route that a new plan no longer has cannot stay open.
watch(plan, (now) => {
  if (selectedId.value && !now?.routes.some((r) => r.id === selectedId.value)) selectedId.value = null
})
