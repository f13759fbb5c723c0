#include "foundation/logging/ring.hpp"

#include <algorithm>

namespace qnet::logging {

namespace {

/// Cuts between two characters.
void cut(std::string& text, std::size_t size) {
  if (text.size() <= size) return;
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; };
  while (size > 0 && continues(text[size])) --size;
  text.resize(size);
  text += "…";
}

}  // namespace

void Ring::add(Line line) {
  cut(line.message, limits_.message);
  const std::scoped_lock lock(mutex_);
  bytes_ += line.message.size();
  lines_.push_back(std::move(line));
  while (!lines_.empty() && (lines_.size() > limits_.lines || bytes_ > limits_.bytes)) {
    bytes_ -= lines_.front().message.size();
    lines_.pop_front();
  }
}

std::vector<Line> Ring::tail(std::size_t count) const {
  const std::scoped_lock lock(mutex_);
  const auto taken = static_cast<std::ptrdiff_t>(std::min(count, lines_.size()));
  return {lines_.end() - taken, lines_.end()};
}

}  // namespace qnet::logging
