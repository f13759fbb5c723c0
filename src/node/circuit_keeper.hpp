// A relay's circuit keys while its node runs: read at start, replaced in time, and told to the membership.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "foundation/net/byte_stream.hpp"
#include "network/directory/descriptor.hpp"
#include "overlay/circuit/circuit_key_file.hpp"

namespace qnet::node {

/// Lives on one io_context, as does everybody who asks it.
class CircuitKeeper : public std::enable_shared_from_this<CircuitKeeper> {
 public:
  struct Limits {
    /// Between two looks at the clock; replacing keys is due once a day.
    static constexpr std::chrono::minutes look{10};
  };

  /// `folder` must be there, and `random` outlive it. Errors: circuit::KeyFileErrc.
  [[nodiscard]] static base::Result<std::shared_ptr<CircuitKeeper>> start(boost::asio::io_context& io,
                                                                          const std::filesystem::path& folder,
                                                                          const peer::PeerId& relay,
                                                                          base::RandomSource& random);
  void stop();

  /// For the descriptor, as of now: only keys that are on the disk.
  [[nodiscard]] std::vector<directory::CircuitKey> published();
  /// For those who open first messages.
  [[nodiscard]] const circuit::CircuitKeys& keys() const { return kept_.keys(); }

 private:
  CircuitKeeper(boost::asio::io_context& io, circuit::KeptCircuitKeys kept, base::RandomSource& random)
      : kept_(std::move(kept)), random_(random), timer_(io) {}
  net::Task<void> keep();
  void refresh();
  [[nodiscard]] std::chrono::milliseconds pause() const;

  circuit::KeptCircuitKeys kept_;
  base::RandomSource& random_;
  boost::asio::steady_timer timer_;
  bool stopped_ = false;
  bool complained_ = false;  // since the file could last be written
};

}  // namespace qnet::node
