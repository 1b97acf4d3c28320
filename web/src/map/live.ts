// Vehicles as they drive: each mark glides from where it was to where it is now. Only what is in sight
// is drawn and moved, so that a large fleet costs no more than what one sees of it.
import type { GeoJSONSource, Map as GlMap } from 'maplibre-gl'
import type { Device } from '../api-devices'
import { BOLD } from './style'
import { VEHICLE_TONES, type VehicleTone } from './icons'

const GLIDE_MS = 300
const FRAME_MS = 50
const SLOW_MS = 150
const MARKS_PER_MS = 20
const GLIDING_MAX = 400 // more of them in sight jump
const JUMP_DEG = 0.02 // about 2 km: it was away, it did not drive this

export const LIVE_LAYERS = ['vehicle-live-ring', 'vehicle-live-spot', 'vehicle-live', 'vehicle-live-name']

interface Mark {
  from: [number, number]
  to: [number, number]
  begun: number
  turnFrom: number
  turnTo: number
  properties: { device: number; name: string; tone: VehicleTone; at: string }
}

export function addLiveLayers(map: GlMap): void {
  map.addSource('live', { type: 'geojson', data: { type: 'FeatureCollection', features: [] }, buffer: 64 })
  const size = ['interpolate', ['linear'], ['zoom'], 9, 0.45, 12, 0.7, 15, 1] as never
  map.addLayer({ id: 'vehicle-live-ring', type: 'circle', source: 'live', filter: ['==', ['get', 'device'], -1],
    paint: { 'circle-radius': ['interpolate', ['linear'], ['zoom'], 9, 12, 15, 23] as never, 'circle-color': '#f3c969', 'circle-opacity': 0.35, 'circle-stroke-color': '#c58b00', 'circle-stroke-width': 2 } })
  // Icons wait for their turn to be placed, and fade in; a spot under them is where the vehicle is at
  // once.
  map.addLayer({ id: 'vehicle-live-spot', type: 'circle', source: 'live',
    paint: { 'circle-color': ['match', ['get', 'tone'], 'alarm', VEHICLE_TONES.alarm, 'online', VEHICLE_TONES.online, VEHICLE_TONES.silent],
      'circle-radius': ['interpolate', ['linear'], ['zoom'], 9, 4.5, 12, 7, 15, 10] as never, 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 1 } })
  map.addLayer({ id: 'vehicle-live', type: 'symbol', source: 'live',
    layout: { 'icon-image': ['concat', 'vehicle-', ['get', 'tone']], 'icon-size': size, 'icon-rotate': ['get', 'turn'], 'icon-rotation-alignment': 'map', 'icon-allow-overlap': true, 'icon-ignore-placement': true,
      'symbol-sort-key': ['match', ['get', 'tone'], 'alarm', 2, 'online', 1, 0] } })
  map.addLayer({ id: 'vehicle-live-name', type: 'symbol', source: 'live', minzoom: 13.4,
    layout: { 'text-field': ['get', 'name'], 'text-font': BOLD, 'text-size': 11.5, 'text-anchor': 'top', 'text-offset': [0, 1.5], 'text-optional': true },
    paint: { 'text-color': '#16323a', 'text-halo-color': '#ffffff', 'text-halo-width': 1.8 } })
}

const mix = (from: number, to: number, share: number): number => from + (to - from) * share
// The short way round: from 350° to 10° is 20°.
const turnMix = (from: number, to: number, share: number): number => from + ((((to - from) % 360) + 540) % 360 - 180) * share

export function ringLive(map: GlMap, device: number | null): void {
  map.setFilter('vehicle-live-ring', ['==', ['get', 'device'], device ?? -1])
}

export class LiveMarks {
  private marks = new globalThis.Map<number, Mark>()
  private frame = 0
  private drawnAt = 0
  private timer = 0
  private gliding = false
  private inSight = 0
  private readonly still = window.matchMedia('(prefers-reduced-motion: reduce)')
  private readonly redraw = (): void => this.ask()

  constructor(private readonly map: GlMap) {
    map.on('moveend', this.redraw)
  }

  put(device: Device, name: string, tone: VehicleTone): void {
    const p = device.position
    if (!p) {
      if (this.marks.delete(device.id)) this.ask()
      return
    }
    const to: [number, number] = [p.lng, p.lat]
    const old = this.marks.get(device.id)
    const now = performance.now()
    const properties = { device: device.id, name, tone, at: p.at }
    if (!old) {
      this.marks.set(device.id, { from: to, to, begun: 0, turnFrom: p.heading_deg, turnTo: p.heading_deg, properties })
    } else if (old.to[0] === to[0] && old.to[1] === to[1] && old.turnTo === p.heading_deg) {
      old.properties = properties
    } else {
      const at = this.where(old, now)
      const far = Math.abs(at.lngLat[0] - to[0]) + Math.abs(at.lngLat[1] - to[1]) > JUMP_DEG
      this.marks.set(device.id, { from: far ? to : at.lngLat, to, begun: now, turnFrom: at.turn, turnTo: p.heading_deg, properties })
    }
    this.ask()
  }

  remove(id: number): void {
    if (this.marks.delete(id)) this.ask()
  }

  done(): void {
    this.map.off('moveend', this.redraw)
    window.clearTimeout(this.timer)
    cancelAnimationFrame(this.frame)
    this.marks.clear()
  }

  private where(mark: Mark, now: number): { lngLat: [number, number]; turn: number; moving: boolean } {
    const share = this.still.matches ? 1 : Math.min(1, (now - mark.begun) / GLIDE_MS)
    const eased = 1 - (1 - share) ** 2
    return { lngLat: [mix(mark.from[0], mark.to[0], eased), mix(mark.from[1], mark.to[1], eased)], turn: turnMix(mark.turnFrom, mark.turnTo, eased), moving: share < 1 }
  }

  private ask(): void {
    if (this.frame !== 0 || this.timer !== 0) return
    // Handing over ten thousand marks takes time itself: then twice a second is enough.
    const wait = Math.max(FRAME_MS, this.inSight / MARKS_PER_MS) - (performance.now() - this.drawnAt)
    const next = (): void => {
      this.timer = 0
      this.frame = requestAnimationFrame(() => { this.frame = 0; this.draw() })
    }
    if (wait > 0) this.timer = window.setTimeout(next, wait)
    else next()
  }

  private draw(): void {
    const source = this.map.getSource<GeoJSONSource>('live')
    if (!source) return
    const now = performance.now()
    // A machine that cannot keep up shows the truth at once instead of a slow glide.
    const slow = this.gliding && now - this.drawnAt > SLOW_MS
    this.drawnAt = now
    const box = this.map.getBounds()
    const wide = (box.getEast() - box.getWest()) / 2
    const tall = (box.getNorth() - box.getSouth()) / 2
    const seen = ([lng, lat]: [number, number]): boolean => lng > box.getWest() - wide && lng < box.getEast() + wide && lat > box.getSouth() - tall && lat < box.getNorth() + tall
    const features: GeoJSON.Feature[] = []
    let moving = 0
    const inSight: Mark[] = []
    for (const mark of this.marks.values()) if (seen(mark.to) || seen(mark.from)) inSight.push(mark)
    const glide = inSight.length <= GLIDING_MAX && !slow
    for (const mark of inSight) {
      const at = this.where(mark, glide ? now : Infinity)
      if (at.moving) moving++
      features.push({ type: 'Feature', geometry: { type: 'Point', coordinates: at.lngLat }, properties: { ...mark.properties, turn: Math.round(at.turn) } })
    }
    this.inSight = features.length
    source.setData({ type: 'FeatureCollection', features })
    this.gliding = moving > 0
    if (moving > 0) this.ask()
  }
}
