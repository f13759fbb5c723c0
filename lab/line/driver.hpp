// Carries packets between two descriptors through two Directions, by the real clock.
#pragma once

#include <memory>

#include "foundation/base/file_handle.hpp"
#include "line/direction.hpp"
#include "line/error.hpp"

namespace qnet::line {

/// How well the driver kept the time that the model gave.
struct Lateness {
  Duration worst{0};
  std::uint64_t over_5ms = 0;     ///< packets delivered so late
  std::uint64_t not_written = 0;  ///< packets that the device refused: it was down
};

class Driver {
 public:
  /// Takes SIGINT and SIGTERM from now on. The descriptors must not block.
  [[nodiscard]] static base::Result<Driver> make(int near, int far, Direction up, Direction down);

  /// Until SIGINT or SIGTERM.
  [[nodiscard]] base::Result<void> run();

  [[nodiscard]] const Counts& up() const { return up_.direction.counts(); }
  [[nodiscard]] const Counts& down() const { return down_.direction.counts(); }
  [[nodiscard]] const Lateness& lateness() const { return lateness_; }

 private:
  using File = std::unique_ptr<base::FileHandle>;
  struct Way {
    int from;
    int to;
    Direction direction;
  };

  Driver(Way up, Way down, File timer, File signals);

  [[nodiscard]] base::Result<void> read(Way& way);
  void deliver(Way& way);
  void arm();

  Way up_;
  Way down_;
  File timer_;
  File signals_;
  std::vector<std::uint8_t> buffer_;
  Lateness lateness_;
};

}  // namespace qnet::line
