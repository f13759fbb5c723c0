// Values as people write them: "75ms", "100mbit", "0.5%".
#pragma once

#include <cstdint>
#include <string_view>

#include "line/error.hpp"
#include "line/settings.hpp"

namespace qnet::line {

/// "75ms", "300us", "1.5s". Up to an hour.
[[nodiscard]] base::Result<Duration> parse_duration(std::string_view text);
/// In bits a second: "100mbit", "512kbit", and by bytes a second "250kB", "2MB". 1 kB has 1000 bytes.
[[nodiscard]] base::Result<std::uint64_t> parse_rate(std::string_view text);
/// "0.5%", or "0.005".
[[nodiscard]] base::Result<double> parse_share(std::string_view text);
/// A plain number that is not negative.
[[nodiscard]] base::Result<double> parse_number(std::string_view text);
/// A queue's bound in bytes or time: "256kB" sets queue_bytes, "50ms" sets queue_time.
[[nodiscard]] base::Result<void> parse_queue(std::string_view text, Settings& settings);

}  // namespace qnet::line
