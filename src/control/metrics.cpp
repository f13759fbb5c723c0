#include "control/metrics.hpp"

#include <array>
#include <concepts>
#include <functional>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace qnet::control {
namespace {

using Label = std::pair<std::string_view, std::string_view>;

std::string escape(std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '\\')
      escaped += "\\\\";
    else if (c == '"')
      escaped += "\\\"";
    else if (c == '\n')
      escaped += "\\n";
    else
      escaped += c;
  }
  return escaped;
}

/// The samples of one metric, from every node.
class Family {
 public:
  Family(std::string& out, std::string_view name, std::string_view type, std::string_view help)
      : out_(out), name_(name) {
    out_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
  }

  void set_node(std::string_view node) { node_ = node; }

  template <class Number>
  void sample(std::initializer_list<Label> labels, Number value) {
    std::string text;
    const auto add = [&text](const Label& label) {
      text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", label.first, escape(label.second));
    };
    if (!node_.empty()) add({"node", node_});
    for (const auto& label : labels) add(label);
    // A second sample with the same labels would make the scraper refuse the whole page.
    if (!seen_.insert(text).second) return;
    out_ += text.empty() ? fmt::format("{} {}\n", name_, value)
                         : fmt::format("{}{{{}}} {}\n", name_, text, value);
  }

  template <class Number>
  void sample(Number value) {
    sample({}, value);
  }

 private:
  std::string& out_;
  std::string_view name_;
  std::string_view node_;
  std::set<std::string> seen_;
};

class Page {
 public:
  explicit Page(const Status& status) : status_(status) {}

  template <std::invocable<Family&, const Status&> Samples>
  void family(std::string_view name, std::string_view type, std::string_view help, Samples samples) {
    Family family(text_, name, type, help);
    samples(family, status_);
    for (const auto& node : status_.nodes) {
      family.set_node(node.name);
      samples(family, node.status);
    }
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  const Status& status_;
  std::string text_;
};

void add_state(Page& page) {
  page.family("qnet_info", "gauge", "The program's version and mode.",
              [](Family& family, const Status& status) {
                family.sample({{"version", status.version}, {"mode", status.helper_mode}}, 1);
              });
  page.family(
      "qnet_state", "gauge", "1 for the state that the node is in.",
      [](Family& family, const Status& status) {
        for (const auto state : {State::offline, State::calibrating, State::connected, State::disconnected})
          family.sample({{"state", to_text(state)}}, status.state == state ? 1 : 0);
      });
  page.family("qnet_uptime_seconds", "gauge", "Time since the start.",
              [](Family& family, const Status& status) { family.sample(status.uptime.count()); });
}

void add_peers(Page& page) {
  page.family("qnet_peer_connected", "gauge", "1 when a session to the peer is open.",
              [](Family& family, const Status& status) {
                for (const auto& peer : status.peers)
                  family.sample({{"peer", peer.name}}, peer.state == PeerState::connected ? 1 : 0);
              });
  page.family("qnet_peer_round_trip_seconds", "gauge", "The last measured round trip to the peer.",
              [](Family& family, const Status& status) {
                for (const auto& peer : status.peers)
                  if (peer.round_trip)
                    family.sample({{"peer", peer.name}},
                                  std::chrono::duration<double>(*peer.round_trip).count());
              });
}

void add_traffic(Page& page) {
  page.family("qnet_sessions_open", "gauge", "Sessions with peers that are open.",
              [](Family& family, const Status& status) { family.sample(status.counters.sessions_open); });
  page.family("qnet_streams_open", "gauge", "Streams that are open.",
              [](Family& family, const Status& status) { family.sample(status.counters.streams_open); });
  page.family("qnet_bytes_total", "counter", "Bytes carried; up is away from the person.",
              [](Family& family, const Status& status) {
                family.sample({{"direction", "up"}}, status.counters.bytes_up);
                family.sample({{"direction", "down"}}, status.counters.bytes_down);
              });
}

void add_handshakes(Page& page) {
  page.family("qnet_handshakes_total", "counter",
              "Connections by outcome; replayed and clock_skewed ones were spliced too and count in both.",
              [](Family& family, const Status& status) {
                if (!status.counters.handshakes) return;
                const auto& counts = *status.counters.handshakes;
                family.sample({{"result", "accepted"}}, counts.accepted);
                family.sample({{"result", "spliced"}}, counts.spliced);
                family.sample({{"result", "replayed"}}, counts.replayed);
                family.sample({{"result", "clock_skewed"}}, counts.clock_skewed);
                family.sample({{"result", "failed"}}, counts.failed);
              });
}

void add_exit(Page& page) {
  const auto exit_family = [&page](std::string_view name, std::string_view type, std::string_view help,
                                   std::uint64_t Exit::* member) {
    page.family(name, type, help, [member](Family& family, const Status& status) {
      if (status.counters.exit) family.sample((*status.counters.exit).*member);
    });
  };
  exit_family("qnet_exit_connections_open", "gauge", "Connections to sites that are open.", &Exit::open);
  exit_family("qnet_exit_connections_total", "counter", "Connections to sites since the start.",
              &Exit::total);
  exit_family("qnet_exit_failures_total", "counter", "Allowed requests whose site could not be reached.",
              &Exit::failures);
  page.family("qnet_exit_refused_total", "counter", "Requests refused by the exit's rules.",
              [](Family& family, const Status& status) {
                if (!status.counters.exit) return;
                for (const auto& [reason, count] : status.counters.exit->refused)
                  family.sample({{"reason", reason}}, count);
              });
}

void add_circuits(Page& page) {
  page.family("qnet_circuits_open", "gauge", "Circuits through this relay that are open.",
              [](Family& family, const Status& status) {
                if (status.counters.circuits) family.sample(status.counters.circuits->open);
              });
  page.family("qnet_circuit_bytes_total", "counter",
              "Bytes that guards and middles have passed on, either way.",
              [](Family& family, const Status& status) {
                if (status.counters.circuits) family.sample(status.counters.circuits->bytes);
              });
  page.family(
      "qnet_circuits_total", "counter",
      "First messages of circuits by outcome; those of a middle that went on count as created and extended.",
      [](Family& family, const Status& status) {
        if (!status.counters.circuits) return;
        const auto& counts = *status.counters.circuits;
        family.sample({{"result", "created"}}, counts.created);
        family.sample({{"result", "refused"}}, counts.refused);
        family.sample({{"result", "extended"}}, counts.extended);
        family.sample({{"result", "unreachable"}}, counts.unreachable);
      });
}

void add_network(Page& page) {
  page.family("qnet_network_relays", "gauge", "Relays that the operators agree on.",
              [](Family& family, const Status& status) {
                if (status.network) family.sample(status.network->relays);
              });
  page.family("qnet_directory_relays", "gauge", "Relays that this directory lists, by country.",
              [](Family& family, const Status& status) {
                if (!status.directory) return;
                for (const auto& [code, count] : status.directory->countries)
                  family.sample({{"country", code.empty() ? "unknown" : code}}, count);
              });
  page.family("qnet_directory_requests_total", "counter", "What this directory was asked, by outcome.",
              [](Family& family, const Status& status) {
                if (!status.directory) return;
                const auto& counts = *status.directory;
                family.sample({{"kind", "registration"}}, counts.registrations);
                family.sample({{"kind", "heartbeat"}}, counts.heartbeats);
                family.sample({{"kind", "refused"}}, counts.refused);
                family.sample({{"kind", "snapshot"}}, counts.snapshots);
                family.sample({{"kind", "renewal"}}, counts.renewals);
              });
  page.family("qnet_directory_store_up", "gauge", "1 when the directory's database answers.",
              [](Family& family, const Status& status) {
                if (status.directory) family.sample(status.directory->store_works ? 1 : 0);
              });
  page.family("qnet_registered", "gauge", "1 when the directory lists this peer.",
              [](Family& family, const Status& status) {
                for (const auto& one : status.registered)
                  family.sample({{"directory", one.directory}}, one.listed ? 1 : 0);
              });
}

}  // namespace

std::string metrics(const Status& status) {
  Page page(status);
  add_state(page);
  add_peers(page);
  add_traffic(page);
  add_handshakes(page);
  add_exit(page);
  add_circuits(page);
  add_network(page);
  return page.take();
}

}  // namespace qnet::control
