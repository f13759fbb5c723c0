#include "network/directory_server/reachability_probe.hpp"

#include "foundation/ip/public_address.hpp"
#include "foundation/net/deadline.hpp"
#include "overlay/measure/ask.hpp"
#include "overlay/peer/peer_message.hpp"
#include "overlay/peer/read_message.hpp"
#include "overlay/session/stream.hpp"

namespace qnet::directory {

net::Task<std::optional<ip::IpAddress>> ReachabilityProbe::address_of(std::string host) {
  if (const auto literal = ip::IpAddress::parse(host)) co_return literal;
  // Not by the system's resolver: it has one thread, which a name server that never answers would hold.
  const auto found = co_await resolver_.resolve(std::move(host));
  if (!found || found->empty()) co_return std::nullopt;
  co_return found->front();
}

net::Task<bool> ReachabilityProbe::is_there(session::Session& session, const peer::PeerId& peer) {
  auto stream = session.open(peer::kPeerProtocol, {});
  if (!stream) co_return false;
  auto& opened = **stream;
  const net::Deadline limit(executor_, ReachabilityLimits::answer, [&opened] { opened.reset(); });
  opened.finish();
  const auto answer = co_await peer::read_message<peer::PeerAnswer>(opened);
  co_return answer && answer->peer == peer;
}

namespace {

/// Ends with its last holder.
class OwnSession {
 public:
  explicit OwnSession(std::shared_ptr<session::Session> session) : session_(std::move(session)) {}
  OwnSession(const OwnSession&) = delete;
  OwnSession& operator=(const OwnSession&) = delete;
  ~OwnSession() { session_->close(); }
  [[nodiscard]] const std::shared_ptr<session::Session>& get() const { return session_; }

 private:
  std::shared_ptr<session::Session> session_;
};

net::Task<std::optional<Rate>> measure(std::shared_ptr<const OwnSession> session,
                                       base::RandomSource& random) {
  const auto rate = co_await measure::measure(session->get(), measure::RunLimits::steps.size(), random);
  co_return rate ? std::optional(static_cast<Rate>(*rate)) : std::nullopt;
}

}  // namespace

net::Task<std::optional<Found>> ReachabilityProbe::run(std::shared_ptr<const SignedDescriptor> descriptor) {
  auto relay = descriptor->descriptor().relay_address();
  const auto address = co_await address_of(relay.host);
  // The very address that was judged is the one dialled: a name could resolve to another the next time.
  if (!address || (!private_addresses_ && !ip::may_be_public(address->to_text()))) co_return std::nullopt;
  relay.host = address->to_text();
  auto dialled = co_await dialer_->dial(std::move(relay));
  if (!dialled) co_return std::nullopt;
  const auto session = std::make_shared<const OwnSession>(std::move(dialled->session));
  // The handshake shows that the holder of the Noise key is there. Only that holder's own word tells which
  // peer it is: anybody may write another's key and address into a descriptor.
  if (!co_await is_there(*session->get(), descriptor->descriptor().peer)) co_return std::nullopt;
  auto& random = dialer_->random();
  Found found{*address, [session, &random] { return measure(session, random); }};
  co_return found;
}

}  // namespace qnet::directory
