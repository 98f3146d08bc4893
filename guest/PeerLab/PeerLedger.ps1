# The ledger of the identities that were put on this machine, and bringing them to a wanted list.
# Only definitions: this file is dot-sourced by PeerLab.psm1.

function Get-Ledger {
    <#
    .SYNOPSIS
    The entries of the ledger: which peer name was put here under which scope. Both are case-sensitive, which is why they
    are values and not names of properties.
    #>
    param()
    $file = $script:GuestDirectory + '/ledger.json'
    if (Test-Path -LiteralPath $file) {
        $document = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($file))
        foreach ($entry in $document.identities) {
            $entry
        }
    }
}

function Set-Ledger {
    <#
    .SYNOPSIS
    Replaces the entries of one scope, where they differ: in a file beside the ledger that then takes its place, so that a
    lost connection leaves the old or the new one.
    #>
    param([Parameter(Mandatory = $true)][string]$Scope, [Parameter(Mandatory = $true)][AllowEmptyCollection()][string[]]$PeerName)
    $entries = @(Get-Ledger)
    $present = @($entries | Where-Object -FilterScript { $_.scope -ceq $Scope } | ForEach-Object -Process { $_.peerName } | Sort-Object -CaseSensitive)
    $wanted = @($PeerName | Sort-Object -CaseSensitive -Unique)
    $before = $present -join "`n"
    $after = $wanted -join "`n"
    if ($before -ceq $after) {
        return
    }
    $kept = @($entries | Where-Object -FilterScript { $_.scope -cne $Scope })
    $kept += @($wanted | ForEach-Object -Process { [ordered]@{ scope = $Scope; peerName = $_ } })
    $file = $script:GuestDirectory + '/ledger.json'
    $unfinished = $file + '.unfinished'
    [System.IO.File]::WriteAllText($unfinished, (ConvertTo-AsciiJson -Value ([ordered]@{ identities = [object[]]$kept })))
    Move-Item -LiteralPath $unfinished -Destination $file -Force
}

function Sync-Identity {
    <#
    .SYNOPSIS
    Brings the identities of one scope to the wanted list: adds before it removes; writes the phrases of what changed.
    .PARAMETER Exclusive
    No other scope has a right on this machine: what any of them has put here goes too.
    .PARAMETER Test
    Writes what is not as wanted instead, and changes nothing.
    #>
    param(
        [Parameter(Mandatory = $true)][string]$Scope,
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][object[]]$Wanted,
        [switch]$Exclusive,
        [switch]$Test
    )
    $names = @($Wanted | ForEach-Object -Process { $_.peerName })
    $ledger = @(Get-Ledger)
    $known = @($ledger | Where-Object -FilterScript { $Exclusive -or $_.scope -ceq $Scope } | ForEach-Object -Process { $_.peerName })
    $others = @($ledger | Where-Object -FilterScript { -not $Exclusive -and $_.scope -cne $Scope } | ForEach-Object -Process { $_.peerName })
    $prefix = '^' + [regex]::Escape($Scope) + '#'
    if ($Exclusive) {
        $prefix = '^peerlab:[^#]+#'
    }
    if (-not $Test) {
        # Before the first import: an interrupted run must still know what it put here.
        $noted = @($ledger | Where-Object -FilterScript { $_.scope -ceq $Scope } | ForEach-Object -Process { $_.peerName })
        Set-Ledger -Scope $Scope -PeerName @($noted + $names)
    }
    foreach ($want in $Wanted) {
        if ($Test) {
            Get-IdentityDrift -Wanted $want
            continue
        }
        $result = Install-WantedIdentity -Wanted $want
        if ($result.Imported) {
            'identity {0} imported' -f $want.peerName
        }
        elseif ($result.Renamed) {
            'identity {0} renamed' -f $want.peerName
        }
    }
    foreach ($entry in [PeerLab.PeerIdentities]::List()) {
        $ours = $known -ccontains $entry.PeerName -or $entry.FriendlyName -cmatch $prefix
        if ($ours -and $names -cnotcontains $entry.PeerName -and $others -cnotcontains $entry.PeerName) {
            if ($Test) {
                'identity {0} is not wanted' -f $entry.PeerName
                continue
            }
            Clear-Identity -PeerName $entry.PeerName
            'identity {0} removed' -f $entry.PeerName
        }
    }
    if (-not $Test) {
        Set-Ledger -Scope $Scope -PeerName $names
    }
    if ($Exclusive -and -not $Test) {
        foreach ($other in @($ledger | ForEach-Object -Process { $_.scope } | Where-Object -FilterScript { $_ -cne $Scope } | Sort-Object -CaseSensitive -Unique)) {
            Set-Ledger -Scope $other -PeerName @()
        }
    }
}
