// Drives a Policy with a clock of its own, and keeps what it says, for tests.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "overlay/uplink/policy.hpp"

namespace qnet::uplink::testing {

enum class TestErrc { refused = 1, broken };
inline const char* error_domain(TestErrc) { return "uplink_test"; }
inline std::string_view describe(TestErrc code) {
  return code == TestErrc::refused ? "refused" : "the session broke";
}

/// A peer that tests know by a letter; `port` tells several addresses of it apart.
inline Endpoint endpoint_of(char letter, std::uint16_t port = 443) {
  Endpoint endpoint;
  endpoint.noise_key.fill(static_cast<std::uint8_t>(letter));
  endpoint.host = std::string(1, letter) + ".example";
  endpoint.port = port;
  return endpoint;
}

/// Answers AskCandidates from `candidates`; everything else is kept for the test.
class PolicyDriver {
 public:
  /// A candidate for each letter; capitals are last resorts.
  void know(std::string_view letters) {
    candidates.clear();
    for (const char letter : letters)
      candidates.push_back({endpoint_of(letter), letter < 'a' ? Standing::last_resort : Standing::listed});
  }
  void start() {
    policy.start();
    collect();
  }
  void start_with(std::string_view letters) {
    know(letters);
    start();
  }
  /// Connected to the only candidate there is.
  void connect_to(char letter) {
    start_with({&letter, 1});
    succeed(letter);
    ASSERT_TRUE(policy.connected());
    (void)dialled();
    (void)said();
  }
  void reconsider() {
    policy.reconsider();
    collect();
  }
  void only_on_request(bool only) {
    policy.only_on_request(only);
    collect();
  }
  void network_changed() {
    policy.network_changed(now);
    collect();
  }
  void dial_now() {
    policy.dial_now();
    collect();
  }
  void pass(std::chrono::milliseconds time) {
    const auto end = now + time;
    while (const auto next = policy.next_deadline()) {
      if (*next > end) break;
      now = std::max(now, *next);
      policy.advance(now);
      collect();
      const auto after = policy.next_deadline();
      ASSERT_TRUE(!after || *after > now) << "no progress at a deadline";
    }
    now = end;
  }
  void succeed(char letter, std::uint16_t port = 443) {
    policy.dial_succeeded(number_of(letter, port), now);
    collect();
  }
  void fail(char letter, std::uint16_t port = 443) {
    policy.dial_failed(number_of(letter, port), TestErrc::refused, now);
    collect();
  }
  void end(Ending ending) {
    policy.session_ended(ending, TestErrc::broken, now);
    collect();
  }
  RequestNumber request() {
    const auto number = policy.request(now);
    collect();
    return number;
  }
  template <class Fact>
  void tell(Fact fact) {
    fact(policy);
    collect();
  }

  [[nodiscard]] PeerNumber number_of(char letter, std::uint16_t port = 443) const {
    for (const auto& peer : policy.peers())
      if (peer.endpoint == endpoint_of(letter, port)) return peer.number;
    ADD_FAILURE() << "no such peer: " << letter;
    return {};
  }
  [[nodiscard]] PeerState state_of(char letter) const {
    for (const auto& peer : policy.peers())
      if (peer.endpoint.host[0] == letter) return peer.state;
    ADD_FAILURE() << "no such peer: " << letter;
    return {};
  }
  /// Letters of the peers dialled since the last call, in order.
  [[nodiscard]] std::string dialled() { return std::exchange(dialled_, {}); }
  /// What was said besides, since the last call: "use a", "drop b", "retire", "close", "unsatisfied".
  [[nodiscard]] std::vector<std::string> said() { return std::exchange(said_, {}); }
  [[nodiscard]] bool answered(RequestNumber number) const { return answers_.contains(number); }
  /// "session", an error's message, or "nothing yet".
  [[nodiscard]] std::string answer_to(RequestNumber number) const {
    const auto found = answers_.find(number);
    if (found == answers_.end()) return "nothing yet";
    return found->second ? found->second->message() : "session";
  }

  TimePoint now = TimePoint(std::chrono::hours(1));
  base::testing::SeededRandom random{7};
  std::vector<Candidate> candidates;
  std::size_t rounds = 0;
  Policy policy{random};

 private:
  void collect() {
    while (const auto action = policy.next_action())
      std::visit([this](const auto& one) { take(one); }, *action);
  }
  void take(const AskCandidates&) {
    ++rounds;
    const auto numbers = policy.candidates(candidates, now);
    EXPECT_EQ(numbers.size(), candidates.size());
  }
  void take(const Dial& action) { dialled_ += letter_of(action.peer); }
  void take(const Use& action) { said_.push_back(std::string("use ") + letter_of(action.peer)); }
  void take(const Drop& action) { said_.push_back(std::string("drop ") + letter_of(action.peer)); }
  void take(const Retire&) { said_.emplace_back("retire"); }
  void take(const Close&) { said_.emplace_back("close"); }
  void take(const Unsatisfied&) { said_.emplace_back("unsatisfied"); }
  void take(const Answer& action) {
    EXPECT_TRUE(answers_.emplace(action.request, action.error).second) << "a second answer to a request";
  }
  [[nodiscard]] char letter_of(PeerNumber number) const {
    const auto& peers = policy.peers();
    const auto found = std::ranges::find(peers, number, &Policy::Peer::number);
    return found == peers.end() ? '?' : found->endpoint.host[0];
  }

  std::string dialled_;
  std::vector<std::string> said_;
  std::map<RequestNumber, std::optional<base::Error>> answers_;
};

}  // namespace qnet::uplink::testing
