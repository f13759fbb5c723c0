// A relay that does what it likes with a line that carries so much is never measured as faster than that
// line.
#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "overlay/measure/run.hpp"

namespace qnet::measure {
namespace {

using namespace std::chrono_literals;

/// A relay on a line of so many bytes a second, in virtual time: it may hold back what the line has brought,
/// and let it go when it likes, as with a TCP of its own that sends a segment's beginning last.
class Liar {
 public:
  Liar(double line, base::RandomSource& random) : line_(line), random_(random) {}
  virtual ~Liar() = default;

  /// One transfer, from the moment of the seed on. Nothing when the relay breaks it off.
  std::optional<Transfer> transfer(std::uint64_t bytes) {
    Transfer transfer(bytes, now_);
    const auto begun = now_;
    std::uint64_t shown = 0;
    while (transfer.left() > 0) {
      const auto target = shows_next(bytes, shown);
      if (target <= shown) return std::nullopt;
      const auto needed = begun + lasts(static_cast<double>(target) / line_);
      now_ = std::max(now_, needed) + pause(bytes, shown);
      if (now_ - begun > RunLimits::transfer) {
        now_ = begun + RunLimits::transfer;
        transfer.cut(now_);
        return transfer;
      }
      transfer.got(target - shown, now_);
      shown = target;
    }
    return transfer;
  }

 protected:
  /// How much of `bytes` is there after the next piece; no more than before to break it off.
  virtual std::uint64_t shows_next(std::uint64_t bytes, std::uint64_t shown) = 0;
  virtual std::chrono::milliseconds pause(std::uint64_t bytes, std::uint64_t shown) = 0;
  base::RandomSource& random() { return random_; }

 private:
  static TimePoint::duration lasts(double seconds) {
    return std::chrono::ceil<TimePoint::duration>(std::chrono::duration<double>(seconds));
  }
  double line_;
  base::RandomSource& random_;
  TimePoint now_{1000s};
};

std::optional<std::uint64_t> measured(Liar& relay, std::size_t steps, base::RandomSource& random) {
  Transfers run(steps, random);
  while (const auto size = run.next()) {
    const auto transfer = relay.transfer(*size);
    if (!transfer) break;
    run.took(*transfer);
  }
  return run.rate();
}

/// Holds back so much of each transfer, waits, and sends all at once.
class Stalling : public Liar {
 public:
  Stalling(double line, base::RandomSource& random, double at, std::chrono::milliseconds stall)
      : Liar(line, random), at_(at), stall_(stall) {}

 protected:
  std::uint64_t shows_next(std::uint64_t bytes, std::uint64_t shown) override {
    const auto first = static_cast<std::uint64_t>(at_ * static_cast<double>(bytes));
    return shown < first ? first : bytes;
  }
  std::chrono::milliseconds pause(std::uint64_t bytes, std::uint64_t shown) override {
    return static_cast<double>(shown) >= at_ * static_cast<double>(bytes) - 1 ? 0ms : stall_;
  }

 private:
  double at_;
  std::chrono::milliseconds stall_;
};

/// Pieces and pauses by lot; some transfers it breaks off.
class Random : public Liar {
 public:
  using Liar::Liar;

 protected:
  std::uint64_t shows_next(std::uint64_t bytes, std::uint64_t shown) override {
    if (random().below(400) == 0) return shown;
    const auto left = bytes - shown;
    if (random().below(8) == 0) return bytes;
    return shown + 1 + random().below(static_cast<std::uint32_t>(std::max<std::uint64_t>(1, left / 4)));
  }
  std::chrono::milliseconds pause(std::uint64_t, std::uint64_t) override {
    return std::chrono::milliseconds(random().below(6) == 0 ? random().below(700) : 0);
  }
};

/// Gives the first transfers, and refuses the one that would take long.
class Refusing : public Stalling {
 public:
  Refusing(double line, base::RandomSource& random, std::uint64_t most)
      : Stalling(line, random, 0.5, 0ms), most_(most) {}

 protected:
  std::uint64_t shows_next(std::uint64_t bytes, std::uint64_t shown) override {
    return bytes > most_ ? shown : Stalling::shows_next(bytes, shown);
  }

 private:
  std::uint64_t most_;
};

constexpr auto kSteps = RunLimits::steps.size();
constexpr double kLines[] = {20e3, 150e3, 1e6, 8e6, 60e6};

TEST(RelayThatLies, by_a_stall_and_a_burst_is_not_measured_as_faster_than_its_line) {
  base::testing::SeededRandom random(7);
  for (const auto line : kLines)
    for (const double at : {0.0, 0.1, 0.49, 0.5, 0.51, 0.9, 0.99})
      for (const auto stall : {0ms, 1ms, 100ms, 260ms, 600ms, 3000ms}) {
        Stalling relay(line, random, at, stall);
        // On a slow line a large transfer is cut off before it has let anything go: that is no rate.
        const auto rate = measured(relay, kSteps, random);
        EXPECT_TRUE(rate || line < 1e6);
        EXPECT_LE(static_cast<double>(rate.value_or(0)), line) << at << " " << stall.count();
      }
}

TEST(RelayThatLies, in_any_way_is_not_measured_as_faster_than_its_line) {
  base::testing::SeededRandom random(8);
  int rated = 0;
  for (int round = 0; round < 3'000; ++round) {
    const auto line = kLines[random.below(std::size(kLines))];
    Random relay(line, random);
    const auto rate = measured(relay, 1 + random.below(kSteps), random);
    if (!rate) continue;
    ++rated;
    EXPECT_LE(static_cast<double>(*rate), line) << round;
  }
  EXPECT_GT(rated, 1'000);
}

TEST(RelayThatLies, by_refusing_the_transfer_that_would_show_its_rate_is_measured_as_nothing) {
  base::testing::SeededRandom random(9);
  for (const std::uint64_t most : {std::uint64_t{0}, RunLimits::steps[1] - 1, RunLimits::steps[3] - 1}) {
    Refusing relay(60e6, random, most);
    EXPECT_FALSE(measured(relay, kSteps, random)) << most;
  }
}

}  // namespace
}  // namespace qnet::measure
