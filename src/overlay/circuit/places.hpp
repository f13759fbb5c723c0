// How many circuits one session has at a relay.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "overlay/circuit/limits.hpp"

namespace qnet::circuit {

/// Lives on one io_context, as the sessions do that it counts.
class Places {
  using Counts = std::map<const void*, std::size_t>;

 public:
  /// One circuit's place, until it is destroyed. May outlive the Places.
  class Place {
   public:
    Place(std::shared_ptr<Counts> counts, const void* session)
        : counts_(std::move(counts)), session_(session) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
      const auto found = counts_->find(session_);
      if (--found->second == 0) counts_->erase(found);
    }

   private:
    std::shared_ptr<Counts> counts_;
    const void* session_;
  };

  /// Null when this session has `most` already. `session` as session::Stream::session_name().
  [[nodiscard]] std::shared_ptr<const Place> take(const void* session, std::size_t most) {
    auto& held = (*counts_)[session];
    if (held >= most) return nullptr;
    ++held;
    return std::make_shared<const Place>(counts_, session);
  }

  /// Sessions that have any.
  [[nodiscard]] std::size_t sessions() const { return counts_->size(); }

 private:
  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

}  // namespace qnet::circuit
