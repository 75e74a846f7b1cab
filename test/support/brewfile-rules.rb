# Reads a Brewfile as `brew bundle` reads it and prints what it names as JSON; says what is wrong and ends with
# 1 otherwise. Written from what Homebrew's own reader does (Homebrew/brew, Library/Homebrew/bundle, August 2026);
# each rule names the file that has it. Homebrew allows more in one place: rule 7.
require 'json'

module Rules
  SCALARS = [NilClass, String, Integer, Symbol, TrueClass, FalseClass].freeze
  # Rule 7, bundle/brew.rb and bundle/cask.rb: the options that are read. Others are ignored there without a word;
  # here they are mistakes.
  OPTIONS = {
    brew: %i[args conflicts_with link postinstall restart_service start_service trusted version_file],
    cask: %i[args greedy postinstall trusted],
    tap: %i[trusted force_auto_update],
  }.freeze
  FORMULA = %r{\A(?:[\w-]+/[\w-]+/)?[\w+\-.@]+\z}
  CASK = %r{\A(?:[\w-]+/[\w-]+/)?[\w+\-.@]+\z}
  TAP = %r{\A[\w-]+/(?:homebrew-)?[\w-]+\z}
  EXTENSION = /\A[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9._-]*\z/i

  module_function

  # Rule 2, bundle/dsl.rb: a name is a text; it is compared in small letters, a tap without its `homebrew-`.
  def name!(kind, name, form)
    raise "#{kind} name must be a String, got #{name.inspect}" unless name.is_a?(String)
    raise "#{kind} name #{name.inspect} has not the form of one" unless form.match?(name)

    kind == :vscode ? name : name.downcase
  end

  # Rule 3, bundle/dsl.rb (EntryOptions): names of options are symbols; values are scalars, lists of texts, or
  # one more level of such options.
  def options!(kind, options, depth = 0)
    raise "#{kind} options must be a Hash, got #{options.inspect}" unless options.is_a?(Hash)

    options.each do |key, value|
      raise "#{kind} option #{key.inspect} must be a Symbol" unless key.is_a?(Symbol)

      unknown = depth.zero? && !OPTIONS.fetch(kind).include?(key)
      raise "unknown option #{key.inspect} for #{kind}" if unknown

      value!(kind, key, value, depth)
    end
  end

  def value!(kind, key, value, depth)
    return if SCALARS.any? { |type| value.is_a?(type) }
    return if value.is_a?(Array) && value.all?(String)
    return options!(kind, value, depth + 1) if value.is_a?(Hash) && depth.zero?

    raise "#{kind} option #{key.inspect} has a value of the wrong type: #{value.inspect}"
  end
end

class Brewfile
  attr_reader :entries

  # Rule 1, bundle/dsl.rb: it is Ruby, and whatever is raised makes it invalid.
  def initialize(path)
    @entries = []
    @cask_arguments = {}
    instance_eval(File.read(path), path)
  end

  def cask_args(arguments)
    raise "cask_args must be a Hash, got #{arguments.inspect}" unless arguments.is_a?(Hash)

    @cask_arguments.merge!(arguments)
  end

  def brew(name, options = {})
    Rules.options!(:brew, options)
    add(:brew, Rules.name!(:brew, name, Rules::FORMULA), options)
  end

  # Rule 4, bundle/cask.rb: `args` are options of `brew install --cask`, over those of cask_args.
  def cask(name, options = {})
    Rules.options!(:cask, options)
    arguments = options.fetch(:args, {})
    raise "cask args must be a Hash, got #{arguments.inspect}" unless arguments.is_a?(Hash)

    options = options.merge(args: @cask_arguments.merge(arguments))
    add(:cask, Rules.name!(:cask, name, Rules::CASK).split('/').last, options)
  end

  # Rule 5, bundle/dsl.rb: the address of a tap is a text.
  def tap(name, address = nil, options = {}, **keywords)
    raise "tap clone target must be a String" unless address.nil? || address.is_a?(String)

    options = options.merge(keywords)
    Rules.options!(:tap, options)
    add(:tap, Rules.name!(:tap, name, Rules::TAP).sub('/homebrew-', '/'), options)
  end

  # Rule 6, bundle/dsl.rb and bundle/extensions: one name and no options.
  def vscode(*words, **options, &block)
    raise 'blocks are not supported for vscode' if block
    raise "wrong number of arguments (given #{words.length}, expected 1..2)" unless (1..2).cover?(words.length)

    given = words.length == 2 ? words[1].merge(options) : options
    raise "unknown options(#{given.keys.inspect}) for vscode" unless given.empty?

    add(:vscode, Rules.name!(:vscode, words.first, Rules::EXTENSION), {})
  end

  private

  def add(type, name, options)
    @entries << { type: type, name: name, options: options }
  end
end

begin
  puts JSON.generate(Brewfile.new(ARGV.fetch(0)).entries)
rescue Exception => e # a syntax error is none of the standard ones
  warn "Invalid Brewfile: #{e.message}"
  exit 1
end
