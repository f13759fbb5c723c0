// Asks an exit for what this machine's programs want: the one in use, and another where that one is full or
// does not serve the port.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "control/status.hpp"
#include "edge/proxy/server.hpp"
#include "overlay/peer/connect_message.hpp"
#include "overlay/uplink/detours.hpp"
#include "overlay/uplink/known_lacks.hpp"
#include "overlay/uplink/uplink.hpp"

namespace qnet::node {

/// How long an exit is waited for.
struct OutboundPatience {
  /// For its answer.
  std::chrono::milliseconds answer = std::chrono::seconds(30);
  /// An exit answers for the slowest site within 10 s. One that has said nothing at all since it was asked is
  /// gone, or cut off: TCP would notice only after 30.
  std::chrono::seconds silence{12};
  /// After a sleep of the machine most sessions are gone.
  std::chrono::seconds doubted_silence{4};
};

struct OutboundLimits {
  /// Exits that are asked for one request beside the one in use. Each of them learns the destination.
  static constexpr int others = 2;
  /// How long the same exits are asked: each list is drawn by lot, and a client that drew anew for each
  /// request would tell many exits of itself.
  static constexpr std::chrono::minutes list{10};
  /// Between two log lines of a kind.
  static constexpr std::chrono::minutes between_lines{1};
};

/// Sends nothing of a program before an exit has answered: a request that one exit has declined can go to the
/// next one, and nothing else has gone to the first. Lives on one io_context.
class Outbound : public std::enable_shared_from_this<Outbound> {
 public:
  /// The exits that may be asked, the best first.
  using Candidates = std::function<std::vector<uplink::RelayCandidate>()>;

  Outbound(std::shared_ptr<uplink::Uplink> uplink, std::shared_ptr<uplink::Detours> detours,
           Candidates candidates, const OutboundPatience& patience = {})
      : uplink_(std::move(uplink)),
        detours_(std::move(detours)),
        candidates_(std::move(candidates)),
        patience_(patience) {}

  net::Task<proxy::Connected> connect(proxy::Destination destination);
  void stop();

  /// Adds the sessions to other exits to the rows of peers, and to what is counted.
  void fill(control::Status& status) const;
  /// What this exit is known to lack, as a sentence; empty for nothing.
  [[nodiscard]] std::string explain_lack(const crypto::X25519Public& exit) const;

 private:
  using Exit = crypto::X25519Public;
  using TimePoint = uplink::TimePoint;
  struct Asked {
    proxy::Connected connected{};
    peer::Lack lacks = peer::Lack::nothing;
    bool has_no_exit = false;  ///< this peer has no exit at all
    Exit exit{};
  };
  struct LogLine {
    const char* text;
    std::optional<TimePoint> last{};
  };

  static Asked failed(const base::Error& error);
  net::Task<Asked> ask(const std::shared_ptr<session::Session>& session, const peer::ConnectRequest& request);
  net::Task<Asked> ask_in_use(const peer::ConnectRequest& request);
  net::Task<std::optional<Asked>> ask_others(const peer::ConnectRequest& request, const Exit& in_use);
  [[nodiscard]] std::vector<link::RelayAddress> others(std::uint16_t port, const std::vector<Exit>& asked);
  void refresh_list(TimePoint now);
  void remember(const Asked& answer, std::uint16_t port);
  static void log(LogLine& line);

  std::shared_ptr<uplink::Uplink> uplink_;
  std::shared_ptr<uplink::Detours> detours_;
  Candidates candidates_;
  OutboundPatience patience_;
  uplink::KnownLacks lacks_;
  std::vector<link::RelayAddress> list_;
  std::optional<TimePoint> list_made_;
  LogLine full_line_{"the exit in use is full: another one is asked"};
  LogLine port_line_{"the exit in use does not serve a port that a program asks for: another one is asked"};
  LogLine all_full_line_{"the other exits that were asked are full too: the program gets an error"};
  LogLine no_port_line_{"the other exits that were asked do not serve it either: the program gets an error"};
};

}  // namespace qnet::node
