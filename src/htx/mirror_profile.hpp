// What the cover origin's side of a handshake looks like, as data (data/profiles/*.toml).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"

namespace qnet::htx {

/// One record of the encrypted flight: a body length drawn from those the origin's own vary between.
struct FlightRecord {
  std::vector<std::size_t> lengths;
  std::vector<std::uint32_t> weights;  ///< as many as lengths; their sum is positive
  bool starts_write = false;           ///< the origin sends what comes before this record by itself
};

struct MirrorProfile {
  std::string name;
  std::uint32_t version = 0;
  std::uint16_t cipher_suite = 0;
  std::uint16_t group = 0;
  std::vector<std::uint16_t> server_hello_extensions;
  bool change_cipher_spec = true;
  std::vector<FlightRecord> flight;
  std::vector<std::size_t> tickets;  ///< body lengths
  std::size_t alert_record = 19;
};

[[nodiscard]] base::Result<MirrorProfile> parse_profile(std::string_view toml);

/// The profiles that this program was built with; the first is the default. Parsed once.
[[nodiscard]] const std::vector<MirrorProfile>& builtin_profiles();

struct DrawnRecord {
  std::size_t body_size;
  bool starts_write;
};

/// The lengths of one flight.
[[nodiscard]] std::vector<DrawnRecord> draw_flight(const MirrorProfile& profile, base::RandomSource& random);

}  // namespace qnet::htx
