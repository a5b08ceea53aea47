-- What is remembered of a provider, in Valkey or Redis: the steps of breaker.py, window.py and
-- condition.py, each in one call of this script, by the server's own time.
--
-- ARGV[1] the step; ARGV[2] its arguments as a JSON object; ARGV[3] what the keys begin with.
-- Conditions are kept as JSON in the form that the database has, empty lists and nulls left out.
-- Every key has a time to live: without it, a condition is CLOSED and a permit unknown.

local step, given, prefix = ARGV[1], cjson.decode(ARGV[2]), ARGV[3]
local config = given.config
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local CELLS = 60
local AHEAD = 60000

local function condition_key(provider) return prefix .. 'condition:' .. provider end
local function permit_key(call) return prefix .. 'permit:' .. call end

local function load(provider)
  local body = redis.call('GET', condition_key(provider))
  local condition = body and cjson.decode(body) or {}
  condition.circuit = condition.circuit or { status = 'CLOSED', generation = 0 }
  condition.cool_down_until = condition.cool_down_until or 0
  condition.gone = condition.gone or {}
  return condition, body or ''
end

local function filled(list)
  if list and #list > 0 then return list end
  return nil -- cjson would write an empty list as an object
end

local function save(provider, condition, before)
  local window = condition.circuit.window
  if window then
    window.failures = filled(window.failures)
    window.cells = filled(window.cells)
  end
  local body = cjson.encode(condition)
  redis.call('SET', condition_key(provider), body, 'PX', given.kept_ms)
  return { now, provider, before, body }
end

-- ---- window.py

local function within(window)
  local function inside(at) return now - config.window_ms < at and at <= now + AHEAD end
  local failures, cells = {}, {}
  for _, at in ipairs(window.failures or {}) do
    if inside(at) then failures[#failures + 1] = at end
  end
  for _, cell in ipairs(window.cells or {}) do
    if inside(cell[1]) then cells[#cells + 1] = cell end
  end
  return { failures = failures, cells = cells, streak = window.streak or 0 }
end

local function add(window, failed)
  window = within(window)
  local width = math.max(math.floor(config.window_ms / CELLS), 1)
  local one = failed and 1 or 0
  local newest = window.cells[#window.cells]
  if newest == nil or math.floor(now / width) > math.floor(newest[1] / width) then
    window.cells[#window.cells + 1] = { now, 1, one }
  else
    window.cells[#window.cells] = { math.max(newest[1], now), newest[2] + 1, newest[3] + one }
  end
  window.streak = failed and window.streak + 1 or 0
  if failed then
    window.failures[#window.failures + 1] = now
    while #window.failures > config.failure_threshold do table.remove(window.failures, 1) end
  end
  return window
end

local function totals(window)
  local calls, failed = 0, 0
  for _, cell in ipairs(window.cells) do
    calls, failed = calls + cell[2], failed + cell[3]
  end
  return calls, failed
end

-- ---- breaker.py

local function opened(circuit, failures)
  return {
    status = 'OPEN',
    generation = circuit.generation,
    last_failure = now,
    opened_at = now,
    failures = failures,
  }
end

local function closed(circuit)
  return { status = 'CLOSED', generation = circuit.generation + 1 }
end

local function trips(window)
  if #window.failures < config.failure_threshold then return false end
  local calls, failed = totals(window)
  return window.streak >= config.failure_threshold or failed / calls >= config.failure_rate
end

local function failures_in(window)
  local exact = #window.failures
  if exact < config.failure_threshold then return exact end
  local _, failed = totals(window)
  return math.max(exact, failed)
end

local function counted(circuit, verdict)
  if verdict == 'neutral' then return false end
  local failed = verdict ~= 'success'
  local window = add(circuit.window or {}, failed)
  if failed and (verdict == 'fatal' or trips(window)) then
    return opened(circuit, failures_in(window))
  end
  circuit.window = window
  if failed then circuit.last_failure = now end
  return circuit
end

local function probed(circuit, verdict)
  circuit.probe = nil
  if verdict == 'neutral' then return circuit end
  if verdict ~= 'success' then return opened(circuit, circuit.failures + 1) end
  circuit.successes = (circuit.successes or 0) + 1
  if circuit.successes < config.success_threshold then return circuit end
  return closed(circuit)
end

-- The circuit after a call has ended; false when that changes nothing.
local function after(circuit, permit, verdict)
  if permit.generation ~= circuit.generation then return false end
  if circuit.status == 'CLOSED' then return counted(circuit, verdict) end
  if circuit.probe == nil or circuit.probe.call_id ~= permit.call_id then return false end
  return probed(circuit, verdict)
end

-- ---- the steps: each gives the time, the provider, its condition before and after ('' for none
-- ---- and for unchanged), and a refusal the kind, the failures and the time to ask again

local steps = {}

function steps.acquire()
  local condition, before = load(given.provider)
  local circuit = condition.circuit
  local function refused(kind, failures, retry_at)
    return { now, given.provider, before, '', kind, failures, retry_at }
  end
  if circuit.status == 'OPEN' and now < circuit.opened_at + config.timeout_ms then
    return refused('breaker', circuit.failures, circuit.opened_at + config.timeout_ms)
  end
  local probe = circuit.status ~= 'CLOSED' and circuit.probe
  if probe and now < probe.lease_until then
    return refused('breaker', circuit.failures, probe.lease_until)
  end
  if now < condition.cool_down_until then
    return refused('cool_down', 0, condition.cool_down_until)
  end
  local permit = {
    call_id = given.call_id,
    provider = given.provider,
    model = given.model,
    generation = circuit.generation,
  }
  redis.call('SET', permit_key(given.call_id), cjson.encode(permit), 'PX', given.permit_kept_ms)
  if circuit.status == 'CLOSED' then return { now, given.provider, before, '' } end
  circuit.status = 'HALF_OPEN'
  circuit.probe = { call_id = given.call_id, lease_until = now + given.lease_ms }
  return save(given.provider, condition, before)
end

function steps.record()
  local kept = redis.call('GET', permit_key(given.call_id))
  if not kept then return { now, '', '', '' } end
  redis.call('DEL', permit_key(given.call_id))
  local permit = cjson.decode(kept)
  local condition, before = load(permit.provider)
  local circuit = after(condition.circuit, permit, given.verdict)
  condition.circuit = circuit or condition.circuit
  if given.cool_down_ms then
    condition.cool_down_until = math.max(condition.cool_down_until, now + given.cool_down_ms)
  elseif given.gone_ms then
    for model, believed_until in pairs(condition.gone) do
      if now >= believed_until then condition.gone[model] = nil end
    end
    condition.gone[permit.model] = now + given.gone_ms
  elseif not circuit then
    return { now, permit.provider, before, '' }
  end
  return save(permit.provider, condition, before)
end

function steps.reset()
  local condition, before = load(given.provider)
  return save(given.provider, { circuit = closed(condition.circuit) }, before)
end

return steps[step]()
