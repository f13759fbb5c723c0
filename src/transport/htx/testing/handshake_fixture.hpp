// Both sides of an HTX handshake under one profile of the origin, for tests.
#pragma once

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "transport/htx/gate.hpp"
#include "transport/htx/initiator.hpp"

namespace qnet::htx::testing {

constexpr WallTime kNow{std::chrono::seconds(1'800'000'000)};

class Handshake : public ::testing::TestWithParam<std::size_t> {
 protected:
  static MirrorProfile profile() { return builtin_profiles().at(GetParam()); }

  Initiator::Config config() {
    return {&client_hello::builtin_templates().front(),
            "www.example.com",
            relay.public_key,
            {},
            kNow,
            std::nullopt};
  }
  Initiator start(Initiator::Config with) {
    auto initiator = Initiator::start(std::move(with), random);
    EXPECT_TRUE(initiator);
    return std::move(*initiator);
  }
  Gate::Decision examine(base::ByteView bytes, WallTime when = kNow) { return gate.examine(bytes, when); }

  base::Bytes answer_of(Responder& responder) {
    auto writes = responder.answer(random);
    EXPECT_TRUE(writes);
    base::Bytes all;
    for (const auto& write : *writes) base::append(all, write);
    return all;
  }

  struct Outcome {
    Initiator::Finished initiator;
    Responder::Finished responder;
  };
  Outcome complete(base::ByteView first) { return complete(first, config()); }
  Outcome complete(base::ByteView first, Initiator::Config with) {
    auto initiator = start(std::move(with));
    auto decision = examine(initiator.hello());
    auto& responder = std::get<Responder>(decision);
    EXPECT_TRUE(*initiator.receive(answer_of(responder)));
    auto finished = initiator.finish(first);
    EXPECT_TRUE(finished);
    const auto done = responder.receive(finished->flight);
    EXPECT_TRUE(done && *done);
    return {std::move(*finished), responder.finish()};
  }

  base::testing::SeededRandom random{11};
  crypto::X25519KeyPair relay = crypto::X25519KeyPair::generate(random);
  ReplayCache seen{random};
  Gate gate{{relay.clone(), MirrorProfiles({profile()}), {}}, seen};
};

}  // namespace qnet::htx::testing
