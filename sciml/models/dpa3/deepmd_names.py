"""Names of weights in checkpoints of deepmd-kit."""

__all__ = ["foreign"]

_TABLE = "embedding.embedding_net.layers.0"
_FITTING = "fitting_net.filter_layers.networks.0.layers"
# Parts of a name here and there; whole names are put together from them.
_PLAIN = {
    "table.map": f"descriptor.type_embedding.{_TABLE}",
    "charge_spin.charges.map": f"descriptor.chg_embedding.{_TABLE}",
    "charge_spin.spins.map": f"descriptor.spin_embedding.{_TABLE}",
    "charge_spin.mix": "descriptor.mix_cs_mlp",
    "edge_first": "descriptor.repflows.edge_embd",
    "angle_first": "descriptor.repflows.angle_embd",
}
_LAYER = {
    "node_self": "node_self_mlp", "node_moments": "node_sym_linear", "node_edge": "node_edge_linear",
    "edge_self": "edge_self_linear", "angle_update.edge_first": "edge_angle_linear1",
    "angle_update.edge_second": "edge_angle_linear2", "angle_update.angle_self": "angle_self_linear",
    "angle_update.compress_nodes": "a_compress_n_linear", "angle_update.compress_edges": "a_compress_e_linear",
    "node_steps.scales": "n_residual", "edge_steps.scales": "e_residual", "angle_update.steps.scales": "a_residual",
}


def foreign(name: str) -> str | None:
    """Their name of one of our weights; None for what they keep in another form.

    Examples
    --------
    >>> foreign("layers.2.node_self.matrix")
    'descriptor.repflows.layers.2.node_self_mlp.matrix'
    """
    if name.startswith("layers."):
        _, number, part = name.split(".", 2)
        owner, _, last = part.rpartition(".")
        return f"descriptor.repflows.layers.{number}.{_LAYER[owner]}.{last}"
    if name.startswith("fitting."):
        _, kind, number, *which = name.split(".")
        return f"{_FITTING}.{number}.{'idt' if kind == 'scales' else which[0]}"
    owner, _, last = name.rpartition(".")
    return f"{_PLAIN[owner]}.{last}" if owner in _PLAIN else None

