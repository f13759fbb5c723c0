#include "mux/multistream.hpp"

#include <algorithm>

namespace qnet::mux {

namespace {

constexpr std::string_view kHeader = "/multistream/1.0.0";
constexpr std::string_view kNotAvailable = "na";

void append_line(base::Bytes& to, std::string_view line) {
  to.push_back(static_cast<std::uint8_t>(line.size() + 1));
  base::append(to, base::bytes_of(line));
  to.push_back('\n');
}

}  // namespace

base::Result<MultistreamLines::Fed> MultistreamLines::feed(base::ByteView bytes) {
  Fed fed;
  if (bytes.empty()) return fed;
  if (expected_ == 0) {
    expected_ = bytes[0];
    if (expected_ < 2 || expected_ > MultistreamLimits::line) return base::fail(Errc::bad_negotiation);
    bytes = bytes.subspan(1);
    fed.consumed = 1;
  }
  const auto count = std::min(bytes.size(), expected_ - partial_.size());
  partial_.append(base::text_of(bytes.first(count)));
  fed.consumed += count;
  if (partial_.size() < expected_) return fed;
  if (partial_.back() != '\n') return base::fail(Errc::bad_negotiation);
  partial_.pop_back();
  fed.line = std::exchange(partial_, {});
  expected_ = 0;
  return fed;
}

base::Bytes MultistreamInitiator::opening() const {
  base::Bytes bytes;
  append_line(bytes, kHeader);
  append_line(bytes, protocol_);
  return bytes;
}

base::Result<MultistreamInitiator::Fed> MultistreamInitiator::feed(base::ByteView bytes) {
  Fed fed;
  while (fed.consumed < bytes.size()) {
    auto part = lines_.feed(bytes.subspan(fed.consumed));
    if (!part) return base::forward_error(part);
    fed.consumed += part->consumed;
    if (!part->line) break;
    if (!header_seen_) {
      if (*part->line != kHeader) return base::fail(Errc::bad_negotiation);
      header_seen_ = true;
      continue;
    }
    if (*part->line == kNotAvailable) return base::fail(Errc::not_spoken, protocol_);
    if (*part->line != protocol_) return base::fail(Errc::bad_negotiation);
    fed.agreed = true;
    break;
  }
  return fed;
}

base::Result<MultistreamResponder::Fed> MultistreamResponder::feed(base::ByteView bytes) {
  Fed fed;
  while (fed.consumed < bytes.size() && !agreed_) {
    auto part = lines_.feed(bytes.subspan(fed.consumed));
    if (!part) return base::forward_error(part);
    fed.consumed += part->consumed;
    if (!part->line) break;
    if (!header_seen_) {
      if (*part->line != kHeader) return base::fail(Errc::bad_negotiation);
      header_seen_ = true;
      append_line(fed.answer, kHeader);
    } else if (speaks_(*part->line)) {
      append_line(fed.answer, *part->line);
      agreed_ = std::move(part->line);
    } else {
      if (++declined_ >= MultistreamLimits::proposals) return base::fail(Errc::bad_negotiation);
      append_line(fed.answer, kNotAvailable);
    }
  }
  return fed;
}

}  // namespace qnet::mux
