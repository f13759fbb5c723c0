#include "control/status_json.hpp"

#include <boost/json.hpp>

#include "control/advice.hpp"
#include "control/json_values.hpp"
#include "control/words.hpp"
#include "foundation/base/utc_time.hpp"

namespace qnet::control {
namespace {

namespace json = boost::json;

json::value milliseconds_or_null(const std::optional<std::chrono::microseconds>& time) {
  if (!time) return nullptr;
  return std::chrono::duration<double, std::milli>(*time).count();
}

json::array to_json(const std::vector<std::string>& texts) {
  json::array all;
  for (const auto& text : texts) all.emplace_back(json::string_view(text));
  return all;
}

json::array to_json(const std::vector<std::uint64_t>& numbers) {
  json::array all;
  for (const auto number : numbers) all.emplace_back(number);
  return all;
}

json::object to_json(const WordMap& words) {
  json::object all;
  for (const auto& [name, word] : words) all[name] = word;
  return all;
}

json::value to_json(const Peer& peer) {
  json::object row;
  row["name"] = peer.name;
  row["cover"] = text_or_null(peer.cover);
  row["address"] = text_or_null(peer.address);
  row["state"] = to_text(peer.state);
  row["round_trip_ms"] = milliseconds_or_null(peer.round_trip);
  row["country"] = text_or_null(peer.country);
  row["last_error"] = text_or_null(peer.last_error);
  return row;
}

json::value to_json(const Handshakes& handshakes) {
  json::object counts;
  counts["accepted"] = handshakes.accepted;
  counts["spliced"] = handshakes.spliced;
  counts["replayed"] = handshakes.replayed;
  counts["clock_skewed"] = handshakes.clock_skewed;
  counts["failed"] = handshakes.failed;
  return counts;
}

json::value to_json(const Exit& exit) {
  json::object refused;
  for (const auto& [reason, count] : exit.refused) refused[reason] = count;
  json::object counts;
  counts["open"] = exit.open;
  counts["total"] = exit.total;
  counts["refused"] = std::move(refused);
  counts["failures"] = exit.failures;
  return counts;
}

json::value to_json(const Circuits& circuits) {
  json::object counts;
  counts["open"] = circuits.open;
  counts["created"] = circuits.created;
  counts["refused"] = circuits.refused;
  counts["extended"] = circuits.extended;
  counts["unreachable"] = circuits.unreachable;
  counts["bytes"] = circuits.bytes;
  counts["rate"] = circuits.rate;
  return counts;
}

json::object to_json(const std::map<std::string, std::size_t>& countries) {
  json::object counts;
  for (const auto& [code, count] : countries) counts[code.empty() ? "unknown" : code] = count;
  return counts;
}

json::value to_json(const Network& network) {
  json::object all;
  all["relays"] = network.relays;
  all["exits"] = network.exits;
  all["countries"] = to_json(network.countries);
  all["operators"] = network.operators;
  all["agreeing"] = network.agreeing;
  all["as_of"] = network.as_of ? json::value(base::utc_text(*network.as_of)) : json::value(nullptr);
  all["problem"] = text_or_null(network.problem);
  all["measured"] = network.measured;
  return all;
}

json::value to_json(const Directory& directory) {
  json::object all;
  all["listed"] = directory.listed;
  all["waiting"] = directory.waiting;
  all["countries"] = to_json(directory.countries);
  all["registrations"] = directory.registrations;
  all["heartbeats"] = directory.heartbeats;
  all["refused"] = directory.refused;
  all["snapshots"] = directory.snapshots;
  all["renewals"] = directory.renewals;
  all["store_works"] = directory.store_works;
  all["measures"] = directory.measures;
  all["reports"] = directory.reports;
  return all;
}

json::array to_json(const std::vector<Registered>& registered) {
  json::array rows;
  for (const auto& one : registered) {
    json::object row;
    row["directory"] = one.directory;
    row["listed"] = one.listed;
    row["problem"] = text_or_null(one.problem);
    rows.push_back(std::move(row));
  }
  return rows;
}

json::value to_json(const Hop& hop) {
  return json::object{
      {"address", hop.address}, {"country", text_or_null(hop.country)}, {"cover", text_or_null(hop.cover)}};
}

json::array to_json(const std::vector<Circuit>& circuits) {
  json::array rows;
  for (const auto& circuit : circuits) {
    json::array hops;
    for (const auto& hop : circuit.hops) hops.push_back(to_json(hop));
    json::object row;
    row["hops"] = std::move(hops);
    row["state"] = circuit.state;
    row["streams"] = circuit.streams;
    row["age_seconds"] = circuit.age.count();
    row["round_trip_ms"] = milliseconds_or_null(circuit.round_trip);
    rows.push_back(std::move(row));
  }
  return rows;
}

json::value to_json(const Advice& advice) {
  json::object all;
  all["code"] = advice.code;
  all["words"] = to_json(advice.words);
  all["text"] = sentence("advice." + advice.code, advice.words);
  all["todo"] = sentence("todo." + advice.code, advice.words);
  return all;
}

json::array to_json(const std::vector<Happening>& happened) {
  json::array rows;
  for (const auto& one : happened) {
    json::object row;
    row["at"] = base::utc_text(one.at);
    row["code"] = one.code;
    row["words"] = to_json(one.words);
    row["text"] = sentence("happened." + one.code, one.words);
    rows.push_back(std::move(row));
  }
  return rows;
}

template <class T>
json::value to_json(const std::optional<T>& value) {
  return value ? to_json(*value) : json::value(nullptr);
}

void add_who(json::object& all, const Status& status) {
  all["version"] = status.version;
  all["mode"] = status.helper_mode;
  all["state"] = to_text(status.state);
  all["state_since"] = base::utc_text(status.state_since);
  all["uptime_seconds"] = status.uptime.count();
  all["peer_id"] = text_or_null(status.peer_id);
  all["socks_addr"] = text_or_null(status.socks_address);
  all["socks_password"] = status.socks_password;
  all["listen_addr"] = text_or_null(status.listen_address);
  all["template"] = text_or_null(status.browser_template);
}

void add_path(json::object& all, const std::optional<Path>& path) {
  all["hops"] = path ? json::value(path->hops) : json::value(nullptr);
  all["exit_countries"] = path ? to_json(path->countries) : json::array();
  all["circuits"] = path ? to_json(path->circuits) : json::array();
  all["exit_seen"] = nullptr;
  if (path && path->exit_seen)
    all["exit_seen"] = json::object{{"address", path->exit_seen->address},
                                    {"country", text_or_null(path->exit_seen->country)}};
}

void add_counters(json::object& all, const Counters& counters) {
  all["bytes"] = json::object{{"up", counters.bytes_up}, {"down", counters.bytes_down}};
  all["sessions_open"] = counters.sessions_open;
  all["streams_open"] = counters.streams_open;
  all["handshakes"] = to_json(counters.handshakes);
  all["relayed"] = to_json(counters.circuits);
  if (counters.exit) all["exit"] = to_json(*counters.exit);
}

json::object to_json(const Status& status) {
  json::object all;
  add_who(all, status);
  all["peers_online"] = peers_online(status);
  all["mesh_peer_count"] = status.counters.sessions_open;
  add_path(all, status.path);
  json::array peers;
  for (const auto& peer : status.peers) peers.push_back(to_json(peer));
  all["peers"] = std::move(peers);
  add_counters(all, status.counters);
  all["rates"] = json::object{{"up", to_json(status.rates.up)}, {"down", to_json(status.rates.down)}};
  all["network"] = to_json(status.network);
  all["directory"] = to_json(status.directory);
  all["registered"] = to_json(status.registered);
  json::object limits;
  for (const auto& [name, limit] : status.limits) limits[name] = limit;
  all["limits"] = std::move(limits);
  all["abuse_contact"] = text_or_null(status.abuse_contact);
  all["advice"] = to_json(advise(status));
  all["last_error"] = text_or_null(status.problem);
  all["happened"] = to_json(status.happened);
  return all;
}

}  // namespace

std::string status_json(const Status& status) {
  auto all = to_json(status);
  json::object nodes;
  for (const auto& node : status.nodes) nodes[node.name] = to_json(node.status);
  all["nodes"] = std::move(nodes);
  return json::serialize(all) + "\n";
}

}  // namespace qnet::control
