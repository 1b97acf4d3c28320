// What lies over the ground: bins, routes, the chosen route, facilities, what is unserved.
import type { ExpressionSpecification, FilterSpecification, GeoJSONSource, Map } from 'maplibre-gl'
import type { Facility, Route, Stream, Unserved } from '../api'
import { BOLD, nameOf, REGULAR } from './style'
import type { Language } from '../i18n'

type Collection = GeoJSON.FeatureCollection
const nothing: Collection = { type: 'FeatureCollection', features: [] }
const none: FilterSpecification = ['==', ['get', 'route'], '']

export const binLayer = (code: string): string => `bin-${code}`

const zoomed = (...stops: unknown[]): ExpressionSpecification => ['interpolate', ['linear'], ['zoom'], ...stops] as unknown as ExpressionSpecification

// The bins of one point stand at one place: each stream's dots are moved a little, as bins stand in
// a row, two by two.
function offset(index: number, count: number): [number, number] {
  if (count <= 1) return [0, 0]
  const columns = Math.ceil(Math.sqrt(count))
  const rows = Math.ceil(count / columns)
  return [(index % columns) - (columns - 1) / 2, Math.floor(index / columns) - (rows - 1) / 2]
}

// Hundreds of marks on one spot say less than one mark with their number.
const sourceOptions: Record<string, object> = {
  // Levels that sensors tell are set bin by bin: a city's bins are too many to be set anew.
  bins: { buffer: 8, tolerance: 0.5, promoteId: 'id' },
  unserved: { cluster: true, clusterRadius: 34, clusterMaxZoom: 15 },
}

export function addSources(map: Map): void {
  for (const id of ['bins', 'paths', 'facilities', 'unserved']) map.addSource(id, { type: 'geojson', data: nothing, ...sourceOptions[id] })
}

export function setData(map: Map, id: string, data: Collection | null): void {
  map.getSource<GeoJSONSource>(id)?.setData(data ?? nothing)
}

export function addLayers(map: Map, streams: Stream[], language: Language): void {
  // Lines and dots lie under the ground's names, marks above them.
  const names = map.getLayer('water-name') ? 'water-name' : undefined
  // A bin whose sensor speaks has a strong rim.
  const fill = ['coalesce', ['feature-state', 'fill_pct'], ['get', 'fill_pct']]
  const told = ['!=', ['feature-state', 'fill_pct'], null]
  streams.forEach((stream, i) => {
    const [x, y] = offset(i, streams.length)
    const shift = (scale: number): [number, number] => [x * scale, y * scale]
    map.addLayer({
      id: binLayer(stream.code), type: 'circle', source: 'bins', filter: ['==', ['get', 'stream'], stream.code],
      paint: {
        'circle-color': stream.colour,
        'circle-radius': zoomed(9, 0.9, 12, 1.5, 14, 3, 16, 5.5, 18, 10),
        'circle-translate': zoomed(11, ['literal', shift(0)], 13, ['literal', shift(3)], 14, ['literal', shift(7)], 16, ['literal', shift(12.5)], 18, ['literal', shift(22)]),
        'circle-opacity': ['interpolate', ['linear'], ['zoom'], 10, ['interpolate', ['linear'], fill, 0, 0.12, stream.collect_at_pct, 0.55],
          14, ['interpolate', ['linear'], fill, 0, 0.22, stream.collect_at_pct, 0.95]] as unknown as ExpressionSpecification,
        'circle-stroke-color': stream.colour,
        'circle-stroke-width': zoomed(13, 0, 14, ['case', told, 1.8, 0.8], 18, ['case', told, 3, 1.5]),
      },
    }, names)
  })
  const width = (scale: number): ExpressionSpecification => zoomed(9, 1.1 * scale, 12, 2 * scale, 14, 3 * scale, 17, 6 * scale)
  const round = { 'line-cap': 'round' as const, 'line-join': 'round' as const }
  map.addLayer({ id: 'path-casing', type: 'line', source: 'paths', layout: round, paint: { 'line-color': '#ffffff', 'line-width': width(1.7) } }, names)
  map.addLayer({ id: 'path', type: 'line', source: 'paths', layout: round, paint: { 'line-color': ['get', 'by_vehicle'], 'line-width': width(1) } }, names)
  map.addLayer({ id: 'swept', type: 'line', source: 'paths', layout: round, paint: { 'line-color': ['get', 'by_vehicle'], 'line-width': width(2.4), 'line-opacity': 0.28 } }, names)
  map.addLayer({ id: 'path-hover', type: 'line', source: 'paths', filter: none, layout: round, paint: { 'line-color': ['get', 'by_vehicle'], 'line-width': width(1.8) } }, names)
  map.addLayer({ id: 'sel-casing', type: 'line', source: 'paths', filter: none, layout: round, paint: { 'line-color': '#ffffff', 'line-width': width(2.6) } }, names)
  map.addLayer({ id: 'sel-swept', type: 'line', source: 'paths', filter: none, layout: round, paint: { 'line-color': ['get', 'by_vehicle'], 'line-width': width(3.2), 'line-opacity': 0.35 } }, names)
  map.addLayer({ id: 'sel-path', type: 'line', source: 'paths', filter: none, layout: round, paint: { 'line-color': ['get', 'by_vehicle'], 'line-width': width(1.6) } }, names)
  map.addLayer({ id: 'sel-arrow', type: 'symbol', source: 'paths', filter: none, minzoom: 12,
    layout: { 'symbol-placement': 'line', 'icon-image': 'arrow', 'symbol-spacing': 70, 'icon-size': zoomed(12, 0.5, 16, 0.8), 'icon-allow-overlap': true, 'icon-rotation-alignment': 'map' } }, names)
  map.addLayer({ id: 'path-hit', type: 'line', source: 'paths', layout: round, paint: { 'line-color': '#000', 'line-opacity': 0.001, 'line-width': 14 } }, names)
  map.addLayer({ id: 'sel-site', type: 'circle', source: 'paths', filter: none,
    paint: { 'circle-color': ['get', 'by_vehicle'], 'circle-opacity': 0.9, 'circle-radius': zoomed(9, 11, 13, 17, 16, 20) } })
  map.addLayer({ id: 'sel-stop', type: 'circle', source: 'paths', filter: none,
    paint: { 'circle-color': '#ffffff', 'circle-stroke-color': ['get', 'by_vehicle'], 'circle-radius': zoomed(9, 1.4, 12, 3, 14, 6.5, 17, 11), 'circle-stroke-width': zoomed(9, 1, 14, 2.4) } })
  map.addLayer({ id: 'sel-seq', type: 'symbol', source: 'paths', filter: none, minzoom: 13.6,
    layout: { 'text-field': ['to-string', ['get', 'seq']], 'text-font': BOLD, 'text-size': zoomed(13, 7, 17, 11), 'text-allow-overlap': true }, paint: { 'text-color': '#22303c' } })
  map.addLayer({ id: 'facility', type: 'symbol', source: 'facilities',
    layout: { 'icon-image': ['concat', 'facility-', ['get', 'kind']], 'icon-size': zoomed(9, 0.55, 13, 0.85, 16, 1), 'icon-allow-overlap': true,
      'text-field': ['step', ['zoom'], '', 13, nameOf(language)], 'text-font': REGULAR, 'text-size': 11.5, 'text-anchor': 'top', 'text-offset': [0, 1.2], 'text-optional': true },
    paint: { 'text-color': '#2b3640', 'text-halo-color': '#ffffff', 'text-halo-width': 1.6 } })
  map.addLayer({ id: 'unserved-line', type: 'line', source: 'paths', filter: ['all', ['==', ['get', 'kind'], 'unserved'], ['==', ['geometry-type'], 'LineString']], layout: round,
    paint: { 'line-color': '#c92a2a', 'line-width': width(1.2), 'line-dasharray': [1, 1.8] } }, names)
  map.addLayer({ id: 'unserved', type: 'symbol', source: 'unserved', filter: ['!', ['has', 'point_count']], layout: { 'icon-image': 'warning', 'icon-size': zoomed(9, 0.6, 14, 0.95), 'icon-allow-overlap': true } })
  map.addLayer({ id: 'unserved-group', type: 'circle', source: 'unserved', filter: ['has', 'point_count'],
    paint: { 'circle-color': '#ffffff', 'circle-stroke-color': '#c92a2a', 'circle-stroke-width': 2, 'circle-radius': ['step', ['get', 'point_count'], 9, 10, 11, 100, 14] } })
  map.addLayer({ id: 'unserved-count', type: 'symbol', source: 'unserved', filter: ['has', 'point_count'],
    layout: { 'text-field': ['get', 'point_count_abbreviated'], 'text-font': BOLD, 'text-size': 11, 'text-allow-overlap': true, 'icon-allow-overlap': true }, paint: { 'text-color': '#c92a2a' } })
}

// Lines carry both colourings, so that a switch only changes which is read.
export function coloured(paths: Collection | null, routes: Route[], vehicle: (route: Route) => string): Collection | null {
  if (!paths) return null
  const colours = new globalThis.Map(routes.map((r) => [r.id, { by_vehicle: vehicle(r), by_stream: r.colour }]))
  return { ...paths, features: paths.features.map((f) => ({ ...f, properties: { ...f.properties, ...colours.get(f.properties?.['route'] as string) } })) }
}

export const UNSERVED_LAYERS = ['unserved', 'unserved-group', 'unserved-count', 'unserved-line']

export function unservedOf(items: Unserved[]): Collection {
  return {
    type: 'FeatureCollection',
    features: items.map((item, index) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [item.lng, item.lat] }, properties: { index } })),
  }
}

export function facilitiesOf(facilities: Facility[]): Collection {
  return {
    type: 'FeatureCollection',
    features: facilities.map((f) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [f.lng, f.lat] }, properties: { id: f.id, kind: f.kind, name: f.name.zh, name_en: f.name.en } })),
  }
}

export function setLanguage(map: Map, labels: string[], language: Language): void {
  for (const id of labels) if (map.getLayer(id)) map.setLayoutProperty(id, 'text-field', nameOf(language))
  map.setLayoutProperty('facility', 'text-field', ['step', ['zoom'], '', 13, nameOf(language)])
}

export function setColouring(map: Map, property: 'by_vehicle' | 'by_stream'): void {
  for (const id of ['path', 'swept', 'path-hover', 'sel-swept', 'sel-path']) map.setPaintProperty(id, 'line-color', ['get', property])
  map.setPaintProperty('sel-stop', 'circle-stroke-color', ['get', property])
  map.setPaintProperty('sel-site', 'circle-color', ['get', property])
}

// `shown` are the routes that the list shows and whose layer is on; the chosen one stands out and
// the others step back.
export function setRoutes(map: Map, shown: string[], selected: string | null, hovered: string | null): void {
  const among = (kinds: string[], ids: string[]): FilterSpecification => ['all', ['in', ['get', 'kind'], ['literal', kinds]], ['in', ['get', 'route'], ['literal', ids]]]
  map.setFilter('path', among(['path'], shown))
  map.setFilter('path-casing', among(['path'], shown))
  map.setFilter('swept', among(['swept'], shown))
  map.setFilter('path-hit', among(['path', 'swept'], shown))
  map.setFilter('path-hover', among(['path'], hovered && hovered !== selected ? [hovered] : []))
  const mine = selected ? [selected] : []
  for (const id of ['sel-casing', 'sel-path', 'sel-arrow']) map.setFilter(id, among(['path'], mine))
  map.setFilter('sel-swept', among(['swept'], mine))
  map.setFilter('sel-stop', among(['serve'], mine))
  map.setFilter('sel-site', among(['unload', 'refill'], mine))
  map.setFilter('sel-seq', among(['serve'], mine))
  map.setPaintProperty('path', 'line-opacity', selected ? 0.16 : 0.85)
  map.setPaintProperty('path-casing', 'line-opacity', selected ? 0 : 0.65)
  map.setPaintProperty('swept', 'line-opacity', selected ? 0.06 : 0.28)
}

export function boundsOf(paths: Collection | null, route: string): [[number, number], [number, number]] | null {
  let [west, south, east, north] = [180, 90, -180, -90]
  const add = (lng: number, lat: number): void => {
    west = Math.min(west, lng); east = Math.max(east, lng)
    south = Math.min(south, lat); north = Math.max(north, lat)
  }
  for (const f of paths?.features ?? []) {
    if (f.properties?.['route'] !== route) continue
    if (f.geometry.type === 'LineString') for (const [lng, lat] of f.geometry.coordinates) add(lng!, lat!)
    else if (f.geometry.type === 'Point') add(f.geometry.coordinates[0]!, f.geometry.coordinates[1]!)
  }
  return west <= east ? [[west, south], [east, north]] : null
}
