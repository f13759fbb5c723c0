// Asks an exit for what this machine's programs want: the one in use, and another where that one is full or
// does not serve the port.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/status.hpp"
#include "foundation/base/at_most_every.hpp"
#include "node/ask_exit.hpp"
#include "overlay/uplink/detours.hpp"
#include "overlay/uplink/known_lacks.hpp"
#include "overlay/uplink/uplink.hpp"

namespace qnet::node {

struct OutboundLimits {
  /// Exits that are asked for one request beside the one in use. Each of them learns the destination.
  static constexpr int others = 2;
  /// How long the same exits are asked: each list is drawn by lot, and a client that drew anew for each
  /// request would tell many exits of itself.
  static constexpr std::chrono::minutes list{10};
  /// Lists, one for each choice of countries; the oldest makes room.
  static constexpr std::size_t lists = 16;
  /// Between two log lines of a kind.
  static constexpr std::chrono::minutes between_lines{1};
};

/// Sends nothing of a program before an exit has answered: a request that one exit has declined can go to the
/// next one, and nothing else has gone to the first. Lives on one io_context.
class Outbound : public std::enable_shared_from_this<Outbound> {
 public:
  using Exit = crypto::X25519Public;
  /// ISO 3166-1; empty for anywhere.
  using Countries = std::vector<std::string>;
  struct Known {
    /// The exits that may be asked, the best first.
    std::function<std::vector<uplink::RelayCandidate>(const Countries&)> exits;
    /// Whether this one is known to be in one of them.
    std::function<bool(const Exit&, const Countries&)> is_in{};
  };

  Outbound(std::shared_ptr<uplink::Uplink> uplink, std::shared_ptr<uplink::Detours> detours, Known known,
           const OutboundPatience& patience = {})
      : uplink_(std::move(uplink)),
        detours_(std::move(detours)),
        known_(std::move(known)),
        patience_(patience) {}

  /// `countries`: where the exit must be.
  net::Task<proxy::Connected> connect(proxy::Destination destination, Countries countries = {});
  void stop();

  /// Adds the sessions to other exits to the rows of peers, and to what is counted.
  void fill(control::Status& status) const;
  /// The exit of the last connection that was made.
  struct Seen {
    Exit exit{};
    std::string bound{};   ///< where it says that its connection comes from
    std::string listed{};  ///< the host where it takes peers
  };
  [[nodiscard]] const std::optional<Seen>& seen() const { return seen_; }
  /// What this exit is known to lack, as a sentence; empty for nothing.
  [[nodiscard]] std::string explain_lack(const crypto::X25519Public& exit) const;

 private:
  using TimePoint = uplink::TimePoint;
  struct Asked : ExitAnswer {
    Exit exit{};
  };
  struct List {
    std::vector<link::RelayAddress> exits{};
    TimePoint made{};
  };
  struct LogLine {
    const char* text;
    base::AtMostEvery lines{OutboundLimits::between_lines};
  };

  net::Task<Asked> ask(const std::shared_ptr<session::Session>& session, const peer::ConnectRequest& request);
  net::Task<proxy::Connected> connect_in(const peer::ConnectRequest& request, const Countries& countries);
  net::Task<std::optional<Asked>> ask_in_use(const peer::ConnectRequest& request, const Countries& countries);
  [[nodiscard]] bool may_use(const Exit& exit, const Countries& countries) const;
  net::Task<std::optional<Asked>> ask_others(const peer::ConnectRequest& request, const Countries& countries,
                                             std::optional<Exit> in_use);
  [[nodiscard]] std::vector<link::RelayAddress> others(std::uint16_t port, const Countries& countries,
                                                       const std::vector<Exit>& asked);
  [[nodiscard]] const std::vector<link::RelayAddress>& list_of(const Countries& countries, TimePoint now);
  void remember(const Asked& answer, std::uint16_t port);
  [[nodiscard]] std::string host_of(const Exit& exit) const;
  static void log(LogLine& line);

  std::shared_ptr<uplink::Uplink> uplink_;
  std::shared_ptr<uplink::Detours> detours_;
  Known known_;
  OutboundPatience patience_;
  uplink::KnownLacks lacks_;
  std::optional<Seen> seen_;
  std::map<Countries, List> lists_;  // at most OutboundLimits::lists
  LogLine full_line_{"the exit in use is full: another one is asked"};
  LogLine port_line_{"the exit in use does not serve a port that a program asks for: another one is asked"};
  LogLine all_full_line_{"the other exits that were asked are full too: the program gets an error"};
  LogLine no_country_line_{
      "no exit that is known to be in the country that a program asks for can be reached: the program gets "
      "an "
      "error"};
  LogLine no_port_line_{"the other exits that were asked do not serve it either: the program gets an error"};
};

}  // namespace qnet::node
