// A row of either database as a Record, if it can be one. Private to the stores.
#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "network/directory/roster.hpp"

namespace qnet::directory {

struct StoredRow {
  base::ByteView peer;
  base::ByteView descriptor;
  std::int64_t sequence = 0;
  std::int64_t first_seen = 0;
  std::int64_t last_seen = 0;
  bool checked = false;
  std::string_view country;
  std::int64_t country_source = 0;
  bool departed = false;
  std::int64_t measured = 0;
  base::ByteView address;  ///< empty for none
};

/// Databases have signed numbers. Larger ones than these nobody comes to honestly.
[[nodiscard]] inline std::int64_t stored_sequence(std::uint64_t sequence) {
  return static_cast<std::int64_t>(
      std::min<std::uint64_t>(sequence, std::numeric_limits<std::int64_t>::max()));
}

/// From 1970 to the year 9999, as in documents: others overflow as soon as they are computed with.
[[nodiscard]] inline bool is_moment(std::int64_t seconds) {
  return seconds >= 0 && seconds <= 253'402'300'799;
}

[[nodiscard]] inline std::optional<Record> to_record(const StoredRow& row) {
  Record record;
  const bool known_country = row.country.empty() || is_country(row.country);
  if (row.peer.size() != record.peer.size() || row.sequence < 0 || row.country_source < 0 ||
      row.country_source > 2 || !known_country || !is_moment(row.first_seen) || !is_moment(row.last_seen))
    return std::nullopt;
  std::ranges::copy(row.peer, record.peer.begin());
  record.descriptor.assign(row.descriptor.begin(), row.descriptor.end());
  record.sequence = static_cast<std::uint64_t>(row.sequence);
  record.first_seen = WallTime(std::chrono::seconds(row.first_seen));
  record.last_seen = WallTime(std::chrono::seconds(row.last_seen));
  record.checked = row.checked;
  record.country = {std::string(row.country), static_cast<CountrySource>(row.country_source)};
  record.departed = row.departed;
  record.measured =
      static_cast<Rate>(std::clamp<std::int64_t>(row.measured, 0, std::numeric_limits<Rate>::max()));
  record.address = ip::IpAddress::from_bytes(row.address);
  return record;
}

}  // namespace qnet::directory
