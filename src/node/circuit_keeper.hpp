// A relay's circuit keys while its node runs: read at start, replaced in time, and told to the membership.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "foundation/net/byte_stream.hpp"
#include "network/directory/descriptor.hpp"
#include "overlay/circuit/circuit_key_file.hpp"

namespace qnet::node {

/// Lives on one io_context, as does everybody who asks it; acceptable() is for all threads.
class CircuitKeeper : public std::enable_shared_from_this<CircuitKeeper> {
 public:
  struct Limits {
    /// Between two looks at the clock. Replacing keys is due once a day; but a key is taken ten minutes
    /// before its time, and clients' clocks may be two minutes ahead.
    static constexpr std::chrono::minutes look{5};
  };

  /// `folder` must be there, and `random` outlive it. Errors: circuit::KeyFileErrc.
  [[nodiscard]] static base::Result<std::shared_ptr<CircuitKeeper>> start(boost::asio::io_context& io,
                                                                          const std::filesystem::path& folder,
                                                                          const peer::PeerId& relay,
                                                                          base::RandomSource& random);
  void stop();

  /// For the descriptor, as of now: only keys that are on the disk.
  [[nodiscard]] std::vector<directory::CircuitKey> published();
  /// For those who open first messages, as of the last look: from any thread, once for each message.
  [[nodiscard]] circuit::Keys acceptable() const;

 private:
  CircuitKeeper(boost::asio::io_context& io, circuit::KeptCircuitKeys kept, base::RandomSource& random);
  net::Task<void> keep();
  void refresh();
  void show();
  [[nodiscard]] std::chrono::milliseconds pause() const;

  circuit::KeptCircuitKeys kept_;
  base::RandomSource& random_;
  boost::asio::steady_timer timer_;
  bool stopped_ = false;
  bool complained_ = false;  // since the file could last be written
  mutable std::mutex mutex_;
  circuit::Keys acceptable_;  // with mutex_
};

}  // namespace qnet::node
