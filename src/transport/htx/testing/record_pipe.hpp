// Records for tests and benchmarks: plaintext goes in, sealed records come out.
#pragma once

#include <algorithm>
#include <utility>

#include "transport/htx/record.hpp"

namespace qnet::htx::testing {

/// Collects data into records as full as they can be; flush() ends the last one.
class RecordPipe {
 public:
  RecordPipe(noise::CipherState cipher, base::RandomSource& random) : writer_(std::move(cipher), random) {}

  void append(base::ByteView bytes) {
    while (!bytes.empty() && healthy_) {
      const auto count = std::min(bytes.size(), RecordLimits::data - open_);
      std::ranges::copy(bytes.first(count), RecordWriter::data_of(room()).subspan(open_).begin());
      open_ += count;
      bytes = bytes.subspan(count);
      if (open_ == RecordLimits::data) flush();
    }
  }
  void flush() {
    if (open_ > 0) take(writer_.seal(room(), std::exchange(open_, 0)));
  }
  void append_empty(std::size_t body_size) {
    flush();
    take(writer_.seal_empty(room(), body_size));
  }

  [[nodiscard]] base::ByteView pending() const {
    return base::ByteView(memory_).subspan(head_, end_ - head_);
  }
  void sent(std::size_t count) {
    head_ += count;
    if (head_ == end_ && open_ == 0) head_ = end_ = 0;
  }
  [[nodiscard]] std::size_t backlog() const { return end_ - head_ + open_; }
  [[nodiscard]] bool healthy() const { return healthy_; }

 private:
  base::MutableBytes room() {
    if (memory_.size() < end_ + RecordLimits::header + RecordLimits::body)
      memory_.resize(2 * (end_ + RecordLimits::header + RecordLimits::body));
    return base::MutableBytes(memory_).subspan(end_);
  }
  void take(std::optional<std::size_t> size) {
    healthy_ = size.has_value();
    end_ += size.value_or(0);
  }

  RecordWriter writer_;
  base::Bytes memory_;
  std::size_t head_ = 0;
  std::size_t end_ = 0;   // of the sealed records
  std::size_t open_ = 0;  // data of the record behind them
  bool healthy_ = true;
};

}  // namespace qnet::htx::testing
