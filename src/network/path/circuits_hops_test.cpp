// Circuits through relays that do not do what they should.
#include "network/path/testing/handmade_hops.hpp"
#include "network/path/testing/relay_network.hpp"

namespace qnet::path {
namespace {

using testing::handmade_hop;
using testing::RelayNetwork;

class HopsTest : public RelayNetwork {
 protected:
  /// From now on this relay treats circuits so.
  void replace(std::size_t number, session::Handler handler) {
    relays_.at(number)->protocols.insert_or_assign(std::string(circuit::kCircuitProtocol),
                                                   std::move(handler));
  }
  /// The answer of the last hop of a circuit with two, and more.
  [[nodiscard]] base::Bytes answer_of_exit(const circuit::Opening& opening, base::ByteView more) {
    const auto& exit = *relays_.at(number_of(opening.next));
    auto opened = circuit::open(opening.message, opening.next, *exit.keys, now_, random_);
    EXPECT_TRUE(opened);
    auto answered = circuit::answer(*opened);
    EXPECT_TRUE(answered);
    base::append(answered->answer, more);
    return std::move(answered->answer);
  }
};

TEST_F(HopsTest, that_refuse_through_one_guard_alone_count_against_it) {
  make_client();
  circuits_->start(1);
  const auto guard = guards().front();
  replace(guard, handmade_hop([this](const circuit::Opening&) {
            return circuit::refuse(circuit::Status::refused, random_);
          }));
  const auto got = lease();
  EXPECT_EQ(hops_of(got).front(), guards().at(1));
  EXPECT_TRUE(echoes(got, 1000));
  EXPECT_EQ(circuits_->guards().front().record.builds, (BuildCount{PoolLimits::refusals, 0}));
  EXPECT_EQ(circuits_->problem(), "");
  EXPECT_EQ(hops_of(lease({.isolation = "another"})).front(), guards().at(1)) << "it is left for a while";
}

TEST_F(HopsTest, that_send_rubbish_behind_their_answer_end_one_circuit_and_no_more) {
  make_client();
  circuits_->start(1);
  const auto guard = guards().front();
  auto proper = relays_.at(guard)->protocols.at(std::string(circuit::kCircuitProtocol));
  const auto rubbish = handmade_hop(
      [this](const circuit::Opening& opening) { return answer_of_exit(opening, base::Bytes{0xFF, 0xFF}); });
  std::size_t served = 0;
  replace(guard, [&, proper = std::move(proper)](std::unique_ptr<session::Stream> stream) {
    return served++ == 0 ? rubbish(std::move(stream)) : proper(std::move(stream));
  });
  const auto got = lease({.hops = 2});
  EXPECT_GE(served, 1U);
  EXPECT_TRUE(echoes(got, 1000));
  EXPECT_TRUE(guard_ends_.at(guard)->usable()) << "the guard's session goes on";
  EXPECT_EQ(circuits_->guards().front().record.builds, (BuildCount{1, 0}));
  EXPECT_EQ(circuits_->problem(), "");
}

}  // namespace
}  // namespace qnet::path
