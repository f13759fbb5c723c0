#include "control/status_json.hpp"

#include <boost/json.hpp>

#include "foundation/base/utc_time.hpp"

namespace qnet::control {
namespace {

namespace json = boost::json;

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(json::string_view(text));
}

json::value to_json(const Peer& peer) {
  json::object row;
  row["name"] = peer.name;
  row["cover"] = text_or_null(peer.cover);
  row["address"] = text_or_null(peer.address);
  row["state"] = to_text(peer.state);
  row["round_trip_ms"] = nullptr;
  if (peer.round_trip)
    row["round_trip_ms"] = std::chrono::duration<double, std::milli>(*peer.round_trip).count();
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

json::array to_json(const std::vector<std::string>& texts) {
  json::array all;
  for (const auto& text : texts) all.emplace_back(json::string_view(text));
  return all;
}

json::value to_json(const Path& path) {
  json::array circuits;
  for (const auto& circuit : path.circuits) {
    json::object row;
    row["hops"] = to_json(circuit.hops);
    row["country"] = text_or_null(circuit.country);
    row["state"] = circuit.state;
    row["streams"] = circuit.streams;
    row["age_seconds"] = circuit.age.count();
    circuits.push_back(std::move(row));
  }
  json::object all;
  all["hops"] = path.hops;
  all["countries"] = to_json(path.countries);
  all["circuits"] = std::move(circuits);
  all["problem"] = text_or_null(path.problem);
  return all;
}

template <class T>
json::value to_json(const std::optional<T>& value) {
  return value ? to_json(*value) : json::value(nullptr);
}

json::value to_json(const Counters& counters) {
  json::object counts;
  counts["sessions_open"] = counters.sessions_open;
  counts["streams_open"] = counters.streams_open;
  counts["bytes_up"] = counters.bytes_up;
  counts["bytes_down"] = counters.bytes_down;
  counts["handshakes"] = to_json(counters.handshakes);
  counts["exit"] = to_json(counters.exit);
  counts["circuits"] = to_json(counters.circuits);
  return counts;
}

json::object to_json(const Status& status) {
  json::object all;
  all["version"] = status.version;
  all["helper_mode"] = status.helper_mode;
  all["connection"] = to_text(status.connection);
  all["since"] = base::utc_text(status.since);
  all["uptime_seconds"] = status.uptime.count();
  all["peer_id"] = text_or_null(status.peer_id);
  all["socks_address"] = text_or_null(status.socks_address);
  all["template"] = text_or_null(status.browser_template);
  all["listen_address"] = text_or_null(status.listen_address);
  json::array peers;
  for (const auto& peer : status.peers) peers.push_back(to_json(peer));
  all["peers"] = std::move(peers);
  all["counters"] = to_json(status.counters);
  all["network"] = to_json(status.network);
  all["directory"] = to_json(status.directory);
  all["registered"] = to_json(status.registered);
  all["path"] = to_json(status.path);
  all["problem"] = text_or_null(status.problem);
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
