package shoal.recipe;

/** How a gradient and its moments change a parameter. */
public sealed interface UpdateRule {
    /** Reads this rule. */
    <R> R accept(Handler<R> handler);

    /** What users call it. */
    String shownName();

    /** One method per rule. */
    interface Handler<R> {
        R adamW(AdamW rule);

        R adam(Adam rule);
    }

    /** Decoupled decay (Loshchilov and Hutter 2019), as torch.optim.AdamW computes it. */
    record AdamW() implements UpdateRule {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.adamW(this);
        }

        @Override
        public String shownName() {
            return "AdamW";
        }
    }

    /**
     * The decay is part of the gradient (Kingma and Ba 2015 with an L2 term), as torch.optim.Adam
     * and DeepSpeed's Adam without adam_w_mode compute it.
     */
    record Adam() implements UpdateRule {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.adam(this);
        }

        @Override
        public String shownName() {
            return "Adam";
        }
    }
}
