-- A duration is counted in the power of two of its milliseconds: bucket n holds those below 2^n.
local function count_duration(histogram, duration_us)
  local _, bucket = math.frexp(duration_us > 0 and math.floor(duration_us / 1000) or 0)
  histogram[bucket] = (histogram[bucket] or 0) + 1
end
