// What a node is made of. A part does one thing for as long as the node runs: it listens on one port, or
// keeps one kind of connection. node/compose.hpp makes the parts of a node.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "control/status.hpp"
#include "foundation/base/result.hpp"

namespace qnet::node {

/// A part holds it while it still says goodbye to others. The process ends when no part holds it any more, or
/// after FarewellLimits::longest.
using Farewell = std::shared_ptr<const void>;

/// Lives on the first io_context of its process: every call is made there, or while no thread runs it. The
/// calls come in the order in which they stand here, each at most once but for fill().
class Part {
 public:
  Part() = default;
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;
  virtual ~Part() = default;

  /// "relay": for people and tests.
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Opens files and ports. All parts before it in the node have started. The error is a sentence for people.
  /// A part that has failed gets no other call.
  [[nodiscard]] virtual base::Result<void> start() = 0;
  /// All parts of the node have started: now it may dial others.
  virtual void join() {}
  /// Its section of the status.
  virtual void fill(control::Status& /*status*/) const {}
  /// Takes nothing new, and closes what is open. join() may not have been called.
  virtual void stop(const Farewell& farewell) = 0;
  /// The threads have ended: what must be on the disk is written.
  virtual void finish() {}
};

/// Parts as one part: they start, join and fill in their order, and stop and finish in the reverse order.
class PartList : public Part {
 public:
  /// Before start().
  template <class T>
  T& add(std::unique_ptr<T> part) {
    auto& added = *part;
    parts_.push_back(std::move(part));
    return added;
  }
  [[nodiscard]] const std::vector<std::unique_ptr<Part>>& parts() const { return parts_; }

  [[nodiscard]] std::string_view name() const override { return "parts"; }
  /// All or nothing: when one fails, those before it stop and finish.
  [[nodiscard]] base::Result<void> start() override;
  /// Does nothing after stop().
  void join() override;
  void fill(control::Status& status) const override;
  void stop(const Farewell& farewell) override;
  void finish() override;

 private:
  std::vector<std::unique_ptr<Part>> parts_;
  std::size_t started_ = 0;  // so many of them, from the first
  bool stopped_ = false;
};

}  // namespace qnet::node
