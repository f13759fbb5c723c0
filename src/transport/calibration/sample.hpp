// What one visit to a cover origin showed.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "protocol/tls/client.hpp"

namespace qnet::calibration {

enum class Ending { fin, reset, open };

struct ArrivedRecord {
  tls::SeenRecord record;
  bool after_pause = false;  ///< came in another write than the one before
};

/// A whole handshake, a little silence, the browser's first words, and the good-bye.
struct Sample {
  tls::ServerFlight flight;
  std::vector<ArrivedRecord> server_flight;  ///< ServerHello to Finished
  /// What came behind it while the client's Finished was held back: body sizes, like the following.
  std::vector<std::size_t> before_finished;
  bool before_finished_after_pause = false;  ///< as in ArrivedRecord, of the first of them
  std::vector<std::size_t> after_finished;
  std::vector<std::size_t> after_first;
  std::vector<std::size_t> good_bye;
  Ending ending = Ending::open;
  std::chrono::microseconds connected_after{0};
  std::chrono::microseconds answered_after{0};  ///< from the hello to the first byte
  unsigned ecdsa_bits = 0;
  std::shared_ptr<const crypto::CertificateChain> certificates;
};

/// A handshake with a wrong Finished, or with something else in its place or in front of it.
struct CorruptedSample {
  std::vector<std::size_t> records;  ///< what came instead of tickets
  bool in_clear = false;             ///< one of them was no application_data
  Ending ending = Ending::open;
};

}  // namespace qnet::calibration
