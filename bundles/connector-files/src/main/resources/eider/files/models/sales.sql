-- into: sales
-- from: sales
--
-- What a line of a file says stays as it is; what it leaves out is worked out from the rest where there is one answer, and stays empty where
-- there is more than one. Unknown is not zero: discount, tax and shipping that a file does not mention stay empty.
--
-- Total = net + tax + shipping, and net = gross - discount, where all of them are given.
-- Everything is computed with 38 digits: in 18, DuckDB fails the whole statement on an overflow. What does not fit DECIMAL(18,4) in the end, fourteen digits
-- before the point, stays empty instead of failing the load or being cut.
SELECT
    _row,
    -- Some files write the time of day beside the day; the business day counts.
    CAST(date AS DATE) AS date,
    occurred_at,
    -- A negative total or quantity is something coming back.
    coalesce(lower(nullif(trim(kind), '')), CASE WHEN total_amount < 0 OR quantity < 0 THEN 'refund' ELSE 'sale' END) AS kind,
    source_id,
    order_id,
    customer,
    product_name,
    category,
    channel,
    region,
    user_id,
    quantity,
    unit_price,
    -- Before discounts: as given; else what the units cost; else the total without tax and shipping, with the discount put back.
    CASE
        WHEN gross IS NOT NULL THEN gross
        WHEN unit_price IS NOT NULL THEN TRY_CAST(CAST(quantity AS DECIMAL(38,4)) * CAST(unit_price AS DECIMAL(38,4)) AS DECIMAL(18,4))
        ELSE TRY_CAST(coalesce(CAST(net AS DECIMAL(38,4)), CAST(total_amount AS DECIMAL(38,4)) - coalesce(tax, 0) - coalesce(shipping, 0)) + coalesce(discount, 0) AS DECIMAL(18,4))
    END AS gross,
    discount,
    tax,
    shipping,
    coalesce(net, TRY_CAST(CAST(total_amount AS DECIMAL(38,4)) - coalesce(tax, 0) - coalesce(shipping, 0) AS DECIMAL(18,4))) AS net,
    total_amount,
    upper(nullif(trim(currency), '')) AS currency,
    original_amount
FROM input
