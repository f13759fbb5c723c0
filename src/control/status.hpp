// A snapshot of a running QNet, as plain data: made by the node, rendered by status_json, status_text and
// metrics.
//
// What it never holds, whatever the mode: an address, a name or an identifier of a person, of a client, or of
// a person's destination. A row is a peer that this node itself dials. A relay counts who comes to it; it
// lists nobody.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qnet::control {

enum class State {
  offline,       ///< no peer can be reached, or none is known
  calibrating,   ///< working towards `connected`: dialling, or measuring the cover origin
  connected,     ///< of a client: bytes came back from the web through the tunnel as it is now
  disconnected,  ///< a client whose person wants it so
};

enum class PeerState { idle, connecting, connected, failed };

/// "offline", "connecting"…: the words of the API, the same in every rendering.
[[nodiscard]] std::string_view to_text(State state);
[[nodiscard]] std::string_view to_text(PeerState state);

struct Peer {
  std::string name;     ///< unique in its Status
  std::string cover;    ///< the cover origin's server name
  std::string address;  ///< host:port
  PeerState state = PeerState::idle;
  std::optional<std::chrono::microseconds> round_trip;  ///< nothing before the first measurement
  std::string country{};                                ///< ISO 3166-1; empty for unknown
  std::string last_error{};                             ///< a sentence, or empty
};

/// Cumulative since the start.
struct Handshakes {
  std::uint64_t accepted = 0;
  std::uint64_t spliced = 0;       ///< strangers, passed on to the cover origin
  std::uint64_t replayed = 0;      ///< of the spliced: a copy of an earlier ClientHello
  std::uint64_t clock_skewed = 0;  ///< of the spliced: a peer whose clock is off
  std::uint64_t failed = 0;        ///< begun as a peer's, never finished
};

struct Exit {
  std::uint64_t open = 0;                        ///< connections to sites now
  std::uint64_t total = 0;                       ///< since the start
  std::map<std::string, std::uint64_t> refused;  ///< reason → count; the reasons are a fixed set
  std::uint64_t failures = 0;                    ///< allowed, but the site could not be reached
};

/// Of a relay, for others.
struct Circuits {
  std::uint64_t open = 0;
  std::uint64_t created = 0;      ///< first messages that were for this relay, since the start, as all below
  std::uint64_t refused = 0;      ///< first messages that were not, or came again or too late, or too many
  std::uint64_t extended = 0;     ///< to a next relay
  std::uint64_t unreachable = 0;  ///< the next relay was unknown, or did not answer
  std::uint64_t bytes = 0;        ///< passed on to a next relay or back from it
  std::uint64_t rate = 0;         ///< of those bytes, as bounded by the operator, a second; 0: no bound
};

struct Counters {
  std::uint64_t sessions_open = 0;
  std::uint64_t streams_open = 0;
  std::uint64_t bytes_up = 0;  ///< away from the person, since the start
  std::uint64_t bytes_down = 0;
  std::optional<Handshakes> handshakes;  ///< in modes that accept peers
  std::optional<Exit> exit;              ///< in modes with an exit
  std::optional<Circuits> circuits;      ///< in modes that serve them
};

/// What this node knows of the network, by its operators' lists.
struct Network {
  std::uint64_t relays = 0;
  std::uint64_t exits = 0;                          ///< of the relays
  std::map<std::string, std::size_t> countries{};   ///< ISO 3166-1 → relays; "" for unknown
  std::uint64_t operators = 0;                      ///< configured
  std::uint64_t agreeing = 0;                       ///< that gave a list
  std::optional<std::chrono::sys_seconds> as_of{};  ///< when it was signed
  std::string problem{};                            ///< a sentence, or empty
  std::uint64_t measured = 0;                       ///< relays of which a rate is known
};

/// What a directory lists, and how much it is asked.
struct Directory {
  std::uint64_t listed = 0;
  std::uint64_t waiting = 0;  ///< known, and not (or no longer) answering at their address
  std::map<std::string, std::size_t> countries{};  ///< of the listed
  std::uint64_t registrations = 0;                 ///< since the start, as all below
  std::uint64_t heartbeats = 0;
  std::uint64_t refused = 0;
  std::uint64_t snapshots = 0;  ///< lists given out
  std::uint64_t renewals = 0;   ///< answers that nothing has changed
  bool store_works = true;
  std::uint64_t measures = 0;  ///< of relays' rates
  std::uint64_t reports = 0;   ///< by relays, of others' rates
};

/// A directory that this peer registers with.
struct Registered {
  std::string directory;
  bool listed = false;
  std::string problem{};
};

/// A relay on a client's way.
struct Hop {
  std::string address;    ///< host:port, or a peer id
  std::string country{};  ///< ISO 3166-1; empty for unknown
  std::string cover{};    ///< the cover origin's server name; empty for unknown
};

/// One circuit of a client. It names the relays, and nothing of what it carries.
struct Circuit {
  std::vector<Hop> hops;  ///< the guard first, the exit last; in fast mode there is one
  std::string state;      ///< "building", "ready", "in use", "silent", "old"
  std::size_t streams = 0;
  std::chrono::seconds age{0};
  std::optional<std::chrono::microseconds> round_trip{};  ///< to the exit and back
};

/// A client's way to the web.
struct Path {
  std::size_t hops = 1;                  ///< of new connections that ask for nothing else
  std::vector<std::string> countries{};  ///< where exits may be; empty for anywhere
  std::vector<Circuit> circuits{};
  std::string problem{};           ///< of circuits; a sentence, or empty
  bool wanted = true;              ///< false while the person wants it disconnected
  bool stands = false;             ///< a relay answers, or a circuit is ready
  bool came_back = false;          ///< bytes came from the web since then
  bool silent = false;             ///< it was asked again and again, and nothing came
  std::uint64_t renewals = 0;      ///< so often the person has asked for another path
  bool knows_relays = true;        ///< false with no peer, no operator, and nobody found
  std::optional<Hop> exit_seen{};  ///< the exit of the last connection, with its address as sites see it
};

/// What happened; `code` is one of "happened.…" in data/words.
using WordMap = std::map<std::string, std::string>;
struct Happening {
  std::chrono::system_clock::time_point at;
  std::string code;
  WordMap words{};  ///< for the places {name} of the sentence
  bool operator==(const Happening&) const = default;
};

/// Bytes in each of the last seconds, the oldest first; at most 60.
struct Rates {
  std::vector<std::uint64_t> up{};
  std::vector<std::uint64_t> down{};
};

struct Node;

struct Status {
  std::string version;
  std::string helper_mode;  ///< "client", "relay", "bootstrap", "exit", "super", "demo"
  State state = State::offline;
  std::chrono::system_clock::time_point state_since;  ///< when `state` last changed
  std::chrono::seconds uptime{0};
  std::string peer_id;           ///< empty in modes without an identity
  std::string socks_address;     ///< host:port, empty without a proxy
  bool socks_password = false;   ///< programs must show one
  std::string browser_template;  ///< whose ClientHello a client sends; empty in modes that dial nobody
  std::string listen_address;    ///< host:port, empty in modes that accept no peers
  std::vector<Peer> peers;
  Counters counters;
  std::optional<Network> network;               ///< of a node with operators
  std::optional<Directory> directory;           ///< in modes that serve one
  std::vector<Registered> registered;           ///< in modes that register
  std::optional<Path> path;                     ///< of a client
  std::map<std::string, std::uint64_t> limits;  ///< of an operator's node, by name
  std::string abuse_contact;                    ///< of an exit
  std::string problem;                          ///< the last problem, as a sentence for people, or empty
  Rates rates;                                  ///< by Watch, as the next
  std::vector<Happening> happened;              ///< the newest first, at most 50
  std::vector<Node> nodes;  ///< in the demo: the nodes of its network; their own `nodes` are not rendered
};

struct Node {
  std::string name;  ///< unique
  Status status;
};

/// "SE, NO"; empty for anywhere.
[[nodiscard]] std::string country_list(const std::vector<std::string>& countries);

/// Relays that the operators agree are online; of a directory those that it lists; else peers in use.
[[nodiscard]] std::uint64_t peers_online(const Status& status);

/// Nothing when every node is connected, else a sentence: "relay-1 is calibrating".
[[nodiscard]] std::optional<std::string> why_not_ready(const Status& status);

}  // namespace qnet::control
