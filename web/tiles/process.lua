-- What of a map is drawn, and from which zoom. Layers and attributes are those that the page's
-- style (web/src/map/style.ts) knows.

node_keys = { "place" }

function init_function()
end

function exit_function()
end

local function set_of(...)
  local set = {}
  for _, word in ipairs({...}) do set[word] = true end
  return set
end

-- The name as people there write it, and an English one where the map has it.
local function names(object)
  local name = object:Find("name")
  if name == "" then return false end
  object:Attribute("name", name)
  local english = object:Find("name:en")
  if english ~= "" and english ~= name then object:Attribute("name_en", english) end
  return true
end

local place_zoom = {
  city = 8, town = 9, village = 10, suburb = 11, borough = 10, quarter = 12, neighbourhood = 13,
  hamlet = 13, locality = 14, district = 10
}
local place_rank = {
  city = 1, town = 2, borough = 3, district = 3, village = 4, suburb = 4, quarter = 5,
  neighbourhood = 6, hamlet = 6, locality = 7
}

function node_function(node)
  local class = node:Find("place")
  local zoom = place_zoom[class]
  if not zoom or node:Find("name") == "" then return end
  node:Layer("place", false)
  node:Attribute("class", class)
  node:AttributeNumeric("rank", place_rank[class])
  node:MinZoom(zoom)
  names(node)
end

local road_zoom = {
  motorway = 8, trunk = 8, primary = 9, secondary = 10, tertiary = 11, unclassified = 12,
  residential = 12, living_street = 13, pedestrian = 13, service = 13, road = 13,
  track = 14, footway = 14, cycleway = 14, path = 14, steps = 14, bridleway = 14
}

local function road(way)
  local highway = way:Find("highway")
  local class = highway:gsub("_link$", "")
  local zoom = road_zoom[class]
  if not zoom then return false end
  local area = way:Find("area") == "yes" and way:IsClosed()
  if area then
    way:Layer("landuse", true)
    way:Attribute("class", "square")
    way:MinZoom(13)
    return true
  end
  way:Layer("road", false)
  way:Attribute("class", class)
  if class ~= highway then
    way:AttributeNumeric("link", 1)
    zoom = math.max(zoom, 11)
  end
  local tunnel = way:Find("tunnel")
  local bridge = way:Find("bridge")
  if tunnel ~= "" and tunnel ~= "no" then way:AttributeNumeric("tunnel", 1) end
  if bridge ~= "" and bridge ~= "no" then way:AttributeNumeric("bridge", 1) end
  local oneway = way:Find("oneway")
  if oneway == "yes" or oneway == "1" or oneway == "true" then
    way:AttributeNumeric("oneway", 1)
  elseif oneway == "-1" then
    way:AttributeNumeric("oneway", -1)
  end
  way:MinZoom(zoom)
  names(way)
  return true
end

local green = set_of("forest", "wood", "grass", "meadow", "scrub", "heath", "farmland", "farm",
  "orchard", "vineyard", "allotments", "wetland", "cemetery", "village_green", "recreation_ground",
  "grassland", "greenfield", "plant_nursery", "farmyard")
local built = set_of("residential", "industrial", "commercial", "retail", "construction",
  "railway", "quarry", "landfill", "military", "brownfield", "garages")
local rock = set_of("bare_rock", "scree", "glacier", "sand", "beach")
local campus = set_of("school", "university", "college", "kindergarten", "hospital")

local function area_zoom(way)
  local area = way:Area()
  if area > 4000000 then return 8 end
  if area > 1000000 then return 9 end
  if area > 250000 then return 10 end
  if area > 60000 then return 11 end
  if area > 10000 then return 12 end
  if area > 2000 then return 13 end
  return 14
end

local function area(way, layer, class)
  way:Layer(layer, true)
  way:Attribute("class", class)
  way:MinZoom(area_zoom(way))
  names(way)
end

local function land_class(way)
  local landuse = way:Find("landuse")
  if green[landuse] or built[landuse] then return landuse end
  local natural = way:Find("natural")
  if green[natural] or rock[natural] then return natural end
  local amenity = way:Find("amenity")
  if campus[amenity] then return amenity end
  if amenity == "parking" then return "parking" end
  return nil
end

local function is_water(way)
  local landuse = way:Find("landuse")
  return way:Find("natural") == "water" or way:Find("waterway") == "riverbank"
    or way:Find("waterway") == "dock" or landuse == "reservoir" or landuse == "basin"
end

local waterway_zoom = { river = 8, canal = 11, stream = 13, drain = 14, ditch = 14 }

local function water(way)
  local class = way:Find("waterway")
  local zoom = waterway_zoom[class]
  if zoom and not way:IsClosed() then
    way:Layer("waterway", false)
    way:Attribute("class", class)
    way:MinZoom(zoom)
    names(way)
    return true
  end
  if is_water(way) then
    area(way, "water", "water")
    return true
  end
  return false
end

local function boundary(way)
  local level = tonumber(way:Find("admin_level")) or 99
  if way:Find("boundary") ~= "administrative" or level > 8 then return end
  way:Layer("boundary", false)
  way:AttributeNumeric("level", level)
  way:MinZoom(level <= 4 and 8 or level <= 6 and 9 or 11)
end

local park_leisure = set_of("park", "garden", "pitch", "playground", "golf_course",
  "nature_reserve", "sports_centre", "stadium", "common", "track")

function way_function(way)
  boundary(way)
  if way:Find("highway") ~= "" and road(way) then return end
  local railway = way:Find("railway")
  if railway == "rail" or railway == "light_rail" or railway == "tram" then
    way:Layer("rail", false)
    way:Attribute("class", railway)
    way:MinZoom(railway == "rail" and 10 or 12)
    return
  end
  if water(way) then return end
  if not way:IsClosed() then return end
  local building = way:Find("building")
  if building ~= "" and building ~= "no" then
    way:Layer("building", true)
    way:MinZoom(13)
    return
  end
  local leisure = way:Find("leisure")
  if park_leisure[leisure] then
    area(way, "park", leisure)
    return
  end
  local class = land_class(way)
  if class then area(way, "landuse", class) end
end
